/* The load generator: many WebSocket connections on one core, told what to do by lines on stdin.
 *
 *   generator PLAN     opens the plan's connections, prints {"at":"ready",…}, then obeys:
 *   run KEY=VALUE … [; STREAM KEY=VALUE …]      prints {"at":"ran",…}
 *   quit
 *
 * A run has a warm-up, a measured window and a drain, and up to four streams of messages. A `closed` stream keeps a
 * number of messages in flight: an author says the next when the last was acknowledged. An `open` stream says on
 * schedule, and latency counts from the schedule, so that a late server is not flattered. Every connection counts the
 * frames that it reads; sampled ones read the messages too: latency, and numbers without a hole.
 */
#include "generator.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define STDIN_TAG 0xffffffffu
#define TIMER_TAG 0xfffffffeu

struct plan plan = {.window = 100, .limit = 120};
struct connection *connections;

static int epoll, timer;
static uint8_t *input;
static int to_connect, under_way, are_ready;
static struct { /* by a message's number */
    uint64_t *sent_at;
    uint8_t *stream;
    uint64_t count, room;
} messages;

static struct stream streams[MAX_STREAMS];
static int stream_count;
static bool running, saying;
static uint64_t begun, window_from, window_to, give_up;
static int *room_members; /* connections that count, by room */
static uint64_t *room_sent;
static int rooms;
static uint64_t deliveries, expected, received, acked_total;
static uint64_t lagging, lost, refused, holes;
static char first_error[400];
struct mark { uint64_t at, deliveries, acked, writes; double server, own; };
static struct mark from_mark, to_mark;
static clockid_t server_clock;
static bool has_server;
static char server_io[64]; /* where the kernel counts the server's system calls that write */

static void note(const char *what, const uint8_t *text, size_t size) {
    if (first_error[0]) return;
    int used = snprintf(first_error, sizeof first_error, "%s: ", what);
    for (size_t i = 0; i < size && (size_t)used < sizeof first_error - 2; i++) {
        uint8_t c = text[i];
        first_error[used++] = c == '"' || c == '\\' || c < 32 || c > 126 ? '\'' : (char)c;
    }
    first_error[used] = 0;
}

static uint64_t server_writes(void) {
    char text[512];
    FILE *file = fopen(server_io, "r");
    if (file == NULL) return 0;
    size_t got = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[got] = 0;
    const char *found = strstr(text, "syscw: ");
    return found ? strtoull(found + 7, NULL, 10) : 0;
}

static struct mark mark(void) {
    struct mark here = {now_ns(), deliveries, acked_total, 0, 0, 0};
    if (has_server) here.writes = server_writes();
    here.own = (double)clock_ns(CLOCK_PROCESS_CPUTIME_ID) / 1e9;
    if (has_server) here.server = (double)clock_ns(server_clock) / 1e9;
    return here;
}

static void watch(struct connection *c, uint32_t events, int how) {
    struct epoll_event event = {.events = events, .data.u32 = (uint32_t)(c - connections)};
    if (epoll_ctl(epoll, how, c->fd, &event)) die("epoll_ctl");
}

static void drop(struct connection *c, bool ours) {
    if (c->fd < 0) return;
    if (c->phase != READY) under_way--;
    else are_ready--;
    close(c->fd);
    c->fd = -1;
    if (!ours && !c->exempt) lost++;
    if (c->phase == READY && !c->exempt && c->room >= 0) room_members[c->room]--;
    c->phase = GONE;
    c->exempt = true;
}

static void flush(struct connection *c) {
    c->dirty = false;
    if (c->fd < 0 || c->out.size == 0) return;
    ssize_t wrote = send(c->fd, c->out.bytes + c->taken, c->out.size - c->taken, MSG_NOSIGNAL);
    if (wrote < 0 && errno != EAGAIN) {
        note("send", (const uint8_t *)strerror(errno), strlen(strerror(errno)));
        drop(c, false);
        return;
    }
    if (wrote > 0) {
        c->taken += (size_t)wrote;
        if (c->taken * 2 >= c->out.size) { /* seldom, or a server that lets us wait would cost us our core */
            c->out.size -= c->taken;
            memmove(c->out.bytes, c->out.bytes + c->taken, c->out.size);
            c->taken = 0;
        }
    }
    bool wants = c->out.size > 0;
    if (wants != c->wants_out) {
        c->wants_out = wants;
        watch(c, EPOLLIN | (wants ? EPOLLOUT : 0u), EPOLL_CTL_MOD);
    }
}

/* ---- saying */

static void say(struct stream *s, struct connection *c, uint64_t scheduled) {
    if (c->fd < 0) return;
    if (messages.count == messages.room) {
        messages.room = messages.room ? messages.room * 2 : 1 << 16;
        messages.sent_at = need(realloc(messages.sent_at, messages.room * sizeof *messages.sent_at));
        messages.stream = need(realloc(messages.stream, messages.room));
    }
    uint64_t number = messages.count++, rest = number;
    messages.sent_at[number] = scheduled;
    messages.stream[number] = (uint8_t)(s - streams);
    char digits[DIGITS];
    for (int i = DIGITS - 1; i >= 0; i--, rest /= 10) digits[i] = (char)('0' + rest % 10);
    for (int i = 0; i < c->places; i++) memcpy(c->say.bytes + c->place[i], digits, DIGITS);
    uint8_t frame[4096];
    append(&c->out, frame, put_masked(frame, 1, c->say.bytes, c->say.size, 0x5bd1e995u ^ (uint32_t)number));
    c->dirty = true;
    s->sent++;
    s->outstanding++;
    if (scheduled >= window_from && scheduled < window_to) s->window_sent++;
    if (c->room >= 0) {
        room_sent[c->room]++;
        expected += (uint64_t)room_members[c->room];
    }
}

static struct connection *author(struct stream *s) {
    struct connection *c = &connections[s->first + s->turn * s->step];
    s->turn = (s->turn + 1) % s->count;
    return c;
}

static void acknowledged(struct connection *c, uint64_t number, uint64_t at, bool own, bool well) {
    if (!running || number >= messages.count || messages.sent_at[number] < begun) return;
    struct stream *s = &streams[messages.stream[number]];
    if (s->own != own || s->outstanding == 0) return;
    s->outstanding--;
    if (!well) {
        if (c->room >= 0) {
            room_sent[c->room]--;
            expected -= (uint64_t)room_members[c->room];
        }
        return;
    }
    s->acked++;
    acked_total++;
    uint64_t sent = messages.sent_at[number];
    if (sent >= window_from && sent < window_to) {
        record(&s->ack, at - sent);
        s->window_acked++;
    }
    if (s->closed_loop && saying) say(s, c, at);
}

static void set_timer(void) {
    uint64_t next = saying ? (from_mark.at ? window_to : window_from) : give_up;
    for (int i = 0; saying && i < stream_count; i++)
        if (!streams[i].closed_loop && streams[i].next < next) next = streams[i].next;
    struct itimerspec when = {.it_value = {(time_t)(next / 1000000000u), (long)(next % 1000000000u)}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
}

static void tick(void) {
    uint64_t now = now_ns();
    for (int i = 0; saying && i < stream_count; i++) {
        struct stream *s = &streams[i];
        while (!s->closed_loop && s->next <= now && s->next < window_to) {
            struct connection *c = author(s);
            say(s, c, s->next);
            flush(c);
            s->next += (uint64_t)(1e9 / s->rate);
        }
    }
    if (!from_mark.at && now >= window_from) from_mark = mark();
    if (saying && now >= window_to) {
        to_mark = mark();
        saying = false;
    }
    set_timer();
}

/* ---- reading */

static void upgraded(struct connection *c);
static void finished_setup(struct connection *c);

static void event(struct connection *c, const uint8_t *text, size_t size, uint64_t at) {
    c->events++;
    c->run_events++;
    deliveries++;
    if (!c->exempt) received++;
    if (!c->sampled && !c->author) return;
    if (plan.dense) {
        const uint8_t *found = memmem(text, size < 160 ? size : 160, "\"seq\":", 6);
        uint64_t seq = found ? strtoull((const char *)found + 6, NULL, 10) : 0;
        if (c->last_seq && seq != c->last_seq + 1) {
            if (!c->exempt) holes++;
        }
        c->last_seq = seq;
    }
    const uint8_t *found = memmem(text, size, plan.marker, plan.marker_size);
    if (found == NULL || !running) return;
    uint64_t number = number_at(found + plan.marker_size);
    if (number >= messages.count || messages.sent_at[number] < begun) return;
    struct stream *s = &streams[messages.stream[number]];
    uint64_t sent = messages.sent_at[number];
    if (c->sampled && sent >= window_from && sent < window_to) {
        record(&s->delivery, at - sent);
        record(&s->half[sent - window_from > (window_to - window_from) / 2], at - sent);
    }
    if (s->own && c->author) {
        const uint8_t *mine = memmem(text, size, "\"nonce\":\"", 9);
        int index = (int)(c - connections);
        if (mine && atoi((const char *)mine + 9) == index) acknowledged(c, number, at, true, true);
    }
}

#define STARTS(text, size, with) ((size) >= sizeof(with) - 1 && memcmp(text, with, sizeof(with) - 1) == 0)

static void frame(struct connection *c, uint8_t opcode, const uint8_t *text, size_t size, uint64_t at) {
    if (opcode == 1 && size > plan.event_size && memcmp(text, plan.event, plan.event_size) == 0) {
        event(c, text, size, at);
    } else if (STARTS(text, size, "{\"type\":\"ok\",\"id\":\"")) {
        uint64_t number = size > 19 + DIGITS && text[19] >= '0' && text[19] <= '9' ? number_at(text + 19) : UINT64_MAX;
        acknowledged(c, number, at, false, true);
    } else if (STARTS(text, size, "{\"type\":\"refused\",\"id\":\"")) {
        refused++;
        note("refused", text, size);
        if (c->phase == SETTING_UP) drop(c, false);
        else if (size > 24 + DIGITS) acknowledged(c, number_at(text + 24), at, false, false);
    } else if (STARTS(text, size, "{\"type\":\"session.lagging\"")) {
        if (!c->exempt) lagging++;
        c->last_seq = 0;
    } else if (opcode == 9) {
        uint8_t pong[140];
        append(&c->out, pong, put_masked(pong, 10, text, size < 126 ? size : 125, 0x12345678u));
        c->dirty = true;
    } else if (opcode == 8) {
        char why[160];
        snprintf(why, sizeof why, "closed with %d", size >= 2 ? text[0] << 8 | text[1] : 0);
        if (!c->exempt) note(why, text + 2, size > 2 ? size - 2 : 0);
    } else if (c->phase == SETTING_UP && plan.done_size && memmem(text, size, plan.done, plan.done_size)) {
        finished_setup(c);
    }
}

static void read_frames(struct connection *c) {
    size_t have = c->carry.size;
    if (have) memcpy(input, c->carry.bytes, have);
    ssize_t got = recv(c->fd, input + have, READ_SIZE - have, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
        if (!c->exempt) note("lost", (const uint8_t *)(got ? strerror(errno) : "end"), 3);
        drop(c, false);
        return;
    }
    uint64_t at = now_ns();
    have += (size_t)got;
    size_t done = 0;
    if (c->phase == UPGRADING) {
        uint8_t *end = memmem(input, have, "\r\n\r\n", 4);
        if (end == NULL) {
            append(&c->carry, input + c->carry.size, (size_t)got);
            return;
        }
        if (!STARTS(input, have, "HTTP/1.1 101")) {
            note("not upgraded", input, have);
            drop(c, false);
            return;
        }
        done = (size_t)(end - input) + 4;
        upgraded(c);
    }
    while (c->fd >= 0) {
        size_t payload, header = frame_header(input + done, have - done, &payload);
        if (header == 0 || have - done < header + payload) break;
        frame(c, input[done] & 15, input + done + header, payload, at);
        done += header + payload;
    }
    if (c->fd < 0) return;
    c->carry.size = 0;
    if (done < have) append(&c->carry, input + done, have - done);
    if (c->dirty) flush(c);
}

/* ---- connecting */

static void dial(struct connection *c) {
    int one = 1;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)plan.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c->fd < 0) die("socket");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    c->begun = now_ns();
    if (connect(c->fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS) die("connect");
    c->phase = CONNECTING;
    under_way++;
    watch(c, EPOLLOUT, EPOLL_CTL_ADD);
}

static void connected(struct connection *c) {
    char request[512];
    int size = snprintf(request, sizeof request,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s%s%s\r\n",
                        c->path, plan.port, plan.protocol[0] ? "Sec-WebSocket-Protocol: " : "", plan.protocol,
                        plan.protocol[0] ? "\r\n" : "");
    c->phase = UPGRADING;
    watch(c, EPOLLIN, EPOLL_CTL_MOD);
    append(&c->out, request, (size_t)size);
    flush(c);
}

static void upgraded(struct connection *c) {
    c->phase = SETTING_UP;
    append(&c->out, c->setup.bytes, c->setup.size);
    c->dirty = true;
    if (plan.done_size == 0) finished_setup(c);
}

static void finished_setup(struct connection *c) {
    c->phase = READY;
    c->ready = now_ns();
    c->author = c->say.size > 0;
    under_way--;
    are_ready++;
    if (c->room >= 0) room_members[c->room]++;
}

static void on_socket(uint32_t tag, uint32_t what) {
    struct connection *c = &connections[tag];
    if (c->fd < 0) return;
    if (c->phase == CONNECTING) {
        if (what & (EPOLLERR | EPOLLHUP)) {
            note("connect", (const uint8_t *)"refused", 7);
            drop(c, false);
        } else connected(c);
        return;
    }
    if (what & EPOLLOUT) flush(c);
    if (what & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_frames(c);
}

/* One turn of the loop; returns true when a line waits on stdin. */
static bool turn(int timeout_ms) {
    struct epoll_event events[512];
    bool line = false;
    int count = epoll_wait(epoll, events, 512, timeout_ms);
    for (int i = 0; i < count; i++) {
        uint32_t tag = events[i].data.u32;
        if (tag == STDIN_TAG) line = true;
        else if (tag == TIMER_TAG) {
            uint64_t expirations;
            if (read(timer, &expirations, sizeof expirations) > 0 && running) tick();
        } else on_socket(tag, events[i].events);
    }
    return line;
}

static void connect_all(void) {
    uint64_t start = now_ns(), until = start + (uint64_t)(plan.limit * 1e9);
    while (are_ready + (int)lost < plan.count && now_ns() < until) {
        while (under_way < plan.window && to_connect < plan.count) dial(&connections[to_connect++]);
        turn(100);
    }
    double seconds = (double)(now_ns() - start) / 1e9;
    static struct histogram took;
    uint64_t least = UINT64_MAX, most = 0;
    for (int i = 0; i < plan.count; i++) {
        struct connection *c = &connections[i];
        if (c->phase != READY) continue;
        record(&took, c->ready - c->begun);
        if (c->events < least) least = c->events;
        if (c->events > most) most = c->events;
    }
    printf("{\"at\":\"ready\",\"ready\":%d,\"of\":%d,\"seconds\":%.4f,\"replayed_least\":%lu,\"replayed_most\":%lu,\"holes\":%lu,"
           "\"error\":\"%s\",", are_ready, plan.count, seconds, are_ready ? least : 0, most, holes, first_error);
    print_histogram("setup", &took);
    printf("}\n");
    fflush(stdout);
}

/* ---- a run */

static double value_of(const char *line, const char *key, double otherwise) {
    char wanted[32];
    snprintf(wanted, sizeof wanted, " %s=", key);
    const char *found = strstr(line, wanted);
    return found ? atof(found + strlen(wanted)) : otherwise;
}

static void begin(char *line) {
    memset(streams, 0, sizeof streams);
    memset(&from_mark, 0, sizeof from_mark);
    memset(&to_mark, 0, sizeof to_mark);
    stream_count = 0;
    memset(room_sent, 0, sizeof *room_sent * (size_t)rooms);
    for (int i = 0; i < plan.count; i++) connections[i].run_events = 0;
    expected = received = lagging = lost = refused = holes = 0;
    first_error[0] = 0;
    char *rest = strchr(line, ';');
    if (rest) *rest++ = 0;
    int stall = (int)value_of(line, "stall", -1), stalls = (int)value_of(line, "stalls", 0);
    for (int i = stall; stall >= 0 && i < stall + stalls; i++) {
        struct connection *c = &connections[i];
        if (c->fd < 0) continue;
        if (!c->exempt && c->room >= 0) room_members[c->room]--;
        c->exempt = true;
        watch(c, 0, EPOLL_CTL_MOD);
    }
    pid_t pid = (pid_t)value_of(line, "pid", 0);
    has_server = pid > 0 && clock_getcpuclockid(pid, &server_clock) == 0;
    snprintf(server_io, sizeof server_io, "/proc/%d/io", (int)pid);
    begun = now_ns();
    window_from = begun + (uint64_t)(value_of(line, "warm", 0.5) * 1e9);
    window_to = window_from + (uint64_t)(value_of(line, "seconds", 2) * 1e9);
    give_up = window_to + (uint64_t)(value_of(line, "drain", 10) * 1e9);
    running = saying = true;
    while (rest && stream_count < MAX_STREAMS) {
        char *next = strchr(rest, ';');
        if (next) *next++ = 0;
        struct stream *s = &streams[stream_count++];
        s->closed_loop = strstr(rest, "closed") != NULL;
        s->own = strstr(rest, "own") != NULL;
        s->first = (int)value_of(rest, "first", 0);
        s->count = (int)value_of(rest, "count", 1);
        s->step = (int)value_of(rest, "step", 1);
        s->in_flight = (int)value_of(rest, "in_flight", 1);
        s->rate = value_of(rest, "rate", 1);
        s->next = begun;
        for (int i = 0; s->closed_loop && i < s->in_flight; i++) {
            struct connection *c = author(s);
            say(s, c, now_ns());
        }
        for (int i = 0; i < s->count; i++) flush(&connections[s->first + i * s->step]);
        rest = next;
    }
    set_timer();
}

static bool drained(void) {
    if (saying || received < expected) return saying ? false : now_ns() >= give_up;
    for (int i = 0; i < stream_count; i++)
        if (streams[i].outstanding) return now_ns() >= give_up;
    return true;
}

static void report(void) {
    double seconds = (double)(to_mark.at - from_mark.at) / 1e9, drain = (double)(now_ns() - window_to) / 1e9;
    uint64_t missing = 0, surplus = 0;
    for (int i = 0; i < plan.count; i++) {
        struct connection *c = &connections[i];
        if (c->exempt || c->phase != READY || c->room < 0) continue;
        uint64_t wanted = room_sent[c->room];
        if (c->run_events < wanted) missing += wanted - c->run_events;
        else surplus += c->run_events - wanted;
    }
    printf("{\"at\":\"ran\",\"seconds\":%.6f,\"drain\":%.4f,\"deliveries\":%lu,\"acked\":%lu,"
           "\"server_writes\":%lu,\"server_cpu\":%.6f,\"own_cpu\":%.6f,\"missing\":%lu,\"surplus\":%lu,\"holes\":%lu,\"lagging\":%lu,"
           "\"lost\":%lu,\"refused\":%lu,\"error\":\"%s\",\"streams\":[",
           seconds, drain, to_mark.deliveries - from_mark.deliveries, to_mark.acked - from_mark.acked,
           to_mark.writes - from_mark.writes,
           to_mark.server - from_mark.server, to_mark.own - from_mark.own, missing, surplus, holes, lagging, lost, refused,
           first_error);
    for (int i = 0; i < stream_count; i++) {
        struct stream *s = &streams[i];
        printf("%s{\"sent\":%lu,\"window_sent\":%lu,\"acked\":%lu,\"unanswered\":%lu,", i ? "," : "", s->sent, s->window_sent,
               s->acked, s->outstanding);
        print_histogram("delivery", &s->delivery);
        putchar(',');
        print_histogram("first_half", &s->half[0]);
        putchar(',');
        print_histogram("second_half", &s->half[1]);
        putchar(',');
        print_histogram("ack", &s->ack);
        putchar('}');
    }
    printf("]}\n");
    fflush(stdout);
    for (int i = 0; i < plan.count; i++) /* who stalled has done its part */
        if (connections[i].exempt) drop(&connections[i], true);
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    raise_file_limit();
    signal(SIGPIPE, SIG_IGN);
    read_plan(argv[1]);
    input = need(malloc(READ_SIZE + 1));
    for (int i = 0; i < plan.count; i++)
        if (connections[i].room >= rooms) rooms = connections[i].room + 1;
    room_members = need(calloc((size_t)rooms + 1, sizeof *room_members));
    room_sent = need(calloc((size_t)rooms + 1, sizeof *room_sent));
    epoll = epoll_create1(0);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct epoll_event on_timer = {.events = EPOLLIN, .data.u32 = TIMER_TAG};
    struct epoll_event on_stdin = {.events = EPOLLIN, .data.u32 = STDIN_TAG};
    if (epoll < 0 || timer < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &on_timer)) die("epoll");
    connect_all();
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &on_stdin)) die("stdin must be a pipe");
    char line[1024];
    for (;;) {
        if (!turn(1000)) continue;
        if (fgets(line, sizeof line, stdin) == NULL || strncmp(line, "quit", 4) == 0) return 0;
        if (strncmp(line, "run", 3) != 0) continue;
        begin(line);
        while (!drained()) turn(100);
        running = false;
        report();
    }
}
