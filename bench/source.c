/* A source of frames that does nothing else: shows how much the generator can read, and what a C program reaches that
 * sends as many frames in one `send` as asked for. Answers upgrades, then blasts one event at all, over and over.
 *
 *   source EVENT-FILE CONNECTIONS    prints the port, then "ready" when all are there
 *   stdin: "go JOINED SECONDS"       blasts, and prints frames sent, seconds, CPU seconds
 */
#include "frames.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

static const char ANSWER[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: not-checked\r\n\r\n";

static void upgrade(int peer) {
    char request[4096];
    size_t have = 0;
    while (have < sizeof request - 1) {
        ssize_t got = recv(peer, request + have, sizeof request - 1 - have, 0);
        if (got <= 0) die("upgrade");
        have += (size_t)got;
        request[have] = 0;
        if (strstr(request, "\r\n\r\n") != NULL) break;
    }
    if (send(peer, ANSWER, sizeof ANSWER - 1, MSG_NOSIGNAL) < 0) die("answer");
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    raise_file_limit();
    signal(SIGPIPE, SIG_IGN);
    FILE *file = fopen(argv[1], "rb");
    if (file == NULL) die(argv[1]);
    uint8_t frame[4096];
    size_t length = fread(frame + 4, 1, sizeof frame - 4, file), size = length + 4;
    fclose(file);
    uint8_t *start = frame;
    if (length < 126) {
        start = frame + 2;
        size = length + 2;
        start[1] = (uint8_t)length;
    } else {
        frame[1] = 126;
        frame[2] = (uint8_t)(length >> 8);
        frame[3] = (uint8_t)length;
    }
    start[0] = 0x81;

    int count = atoi(argv[2]), one = 1;
    int *peers = need(calloc((size_t)count, sizeof *peers));
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t address_size = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1024)) die("listen");
    getsockname(listener, (struct sockaddr *)&address, &address_size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (int i = 0; i < count; i++) {
        peers[i] = accept(listener, NULL, NULL);
        if (peers[i] < 0) die("accept");
        setsockopt(peers[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        upgrade(peers[i]);
    }
    printf("ready\n");
    fflush(stdout);

    unsigned joined;
    double seconds;
    while (scanf(" go %u %lf", &joined, &seconds) == 2) {
        uint8_t *buffer = need(malloc(size * joined));
        for (unsigned i = 0; i < joined; i++) memcpy(buffer + i * size, start, size);
        uint64_t begun = now_ns(), cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID), sent = 0, until = begun + (uint64_t)(seconds * 1e9);
        while (now_ns() < until) {
            for (int i = 0; i < count; i++) {
                for (size_t done = 0; done < size * joined;) {
                    ssize_t wrote = send(peers[i], buffer + done, size * joined - done, MSG_NOSIGNAL);
                    if (wrote < 0) die("send");
                    done += (size_t)wrote;
                }
                sent += joined;
            }
        }
        printf("%lu %.6f %.6f\n", sent, (double)(now_ns() - begun) / 1e9,
               (double)(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu) / 1e9);
        fflush(stdout);
        free(buffer);
    }
    return 0;
}
