/* The generator's tables: connections, streams of messages, and the plan that Python wrote. */
#ifndef GENERATOR_H
#define GENERATOR_H

#include "frames.h"

#include <stdbool.h>
#include <sys/types.h>

#define DIGITS 10 /* a message's number in its text, with leading zeros */
#define PLACES 4  /* where a template holds the number */
#define MAX_STREAMS 4
#define READ_SIZE (1 << 20)

struct text {
    uint8_t *bytes;
    size_t size, room;
};

enum phase { IDLE, CONNECTING, UPGRADING, SETTING_UP, READY, GONE };

struct connection {
    int fd, room;
    enum phase phase;
    bool sampled, author, exempt, dirty, wants_out;
    char *path;
    struct text setup; /* masked frames, sent after the upgrade */
    struct text say;   /* payload with places for the number */
    uint16_t place[PLACES];
    uint8_t places;
    struct text out;   /* for the socket */
    size_t taken;      /* of it, by the socket */
    struct text carry; /* a frame's beginning, until the rest is read */
    uint64_t events, run_events, last_seq, begun, ready;
};

struct stream {
    bool closed_loop, own; /* own: one's own copy counts as the acknowledgement (servers that do not reply) */
    int first, count, step, in_flight, turn;
    double rate;
    uint64_t next, sent, window_sent, acked, window_acked, outstanding;
    struct histogram delivery, half[2], ack;
};

struct plan {
    int port, window, count;
    double limit;
    bool dense;
    char done[64], marker[16], event[64], protocol[32];
    size_t done_size, marker_size, event_size;
};

extern struct plan plan;
extern struct connection *connections;

static inline void append(struct text *to, const void *bytes, size_t size) {
    if (to->size + size > to->room) {
        to->room = (to->size + size) * 2;
        to->bytes = need(realloc(to->bytes, to->room));
    }
    memcpy(to->bytes + to->size, bytes, size);
    to->size += size;
}

static inline uint64_t number_at(const uint8_t *at) {
    uint64_t number = 0;
    for (int i = 0; i < DIGITS; i++) number = number * 10 + (uint64_t)(at[i] - '0');
    return number;
}

static inline size_t keep_line(char *to, size_t room, const char *from) {
    snprintf(to, room, "%s", from);
    return strlen(to);
}

/* Lines of `key value`; `conn` begins a connection, `setup` and `say` belong to the last one begun. */
static inline void read_plan(const char *path) {
    FILE *file = fopen(path, "r");
    if (file == NULL) die(path);
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    int have = 0;
    uint32_t key = 0x9e3779b9;
    while ((size = getline(&line, &room, file)) > 0) {
        if (line[size - 1] == '\n') line[--size] = 0;
        char *value = strchr(line, ' ');
        if (value == NULL) value = line + size;
        else *value++ = 0;
        size_t length = strlen(value);
        if (strcmp(line, "port") == 0) plan.port = atoi(value);
        else if (strcmp(line, "window") == 0) plan.window = atoi(value);
        else if (strcmp(line, "limit") == 0) plan.limit = atof(value);
        else if (strcmp(line, "dense") == 0) plan.dense = atoi(value) != 0;
        else if (strcmp(line, "done") == 0) plan.done_size = keep_line(plan.done, sizeof plan.done, value);
        else if (strcmp(line, "marker") == 0) plan.marker_size = keep_line(plan.marker, sizeof plan.marker, value);
        else if (strcmp(line, "event") == 0) plan.event_size = keep_line(plan.event, sizeof plan.event, value);
        else if (strcmp(line, "protocol") == 0) keep_line(plan.protocol, sizeof plan.protocol, value);
        else if (strcmp(line, "conn") == 0) {
            if (plan.count == have) {
                have = have ? have * 2 : 1024;
                connections = need(realloc(connections, (size_t)have * sizeof *connections));
            }
            struct connection *fresh = &connections[plan.count++];
            memset(fresh, 0, sizeof *fresh);
            fresh->fd = -1;
            int sampled = 0, at = 0;
            if (sscanf(value, "%d %d %n", &fresh->room, &sampled, &at) < 2) exit(2);
            fresh->sampled = sampled != 0;
            fresh->path = need(strdup(value + at));
        } else if (strcmp(line, "setup") == 0 && plan.count) {
            struct connection *last = &connections[plan.count - 1];
            uint8_t *frame = need(malloc(length + 14));
            key = key * 1664525u + 1013904223u;
            append(&last->setup, frame, put_masked(frame, 1, (uint8_t *)value, length, key));
            free(frame);
        } else if (strcmp(line, "say") == 0 && plan.count) {
            struct connection *last = &connections[plan.count - 1];
            append(&last->say, value, length);
            for (size_t at = 0; at + DIGITS <= length && last->places < PLACES; at++) {
                if (memcmp(value + at, "##########", DIGITS) != 0) continue;
                last->place[last->places++] = (uint16_t)at;
                at += DIGITS - 1;
            }
        } else exit(2);
    }
    free(line);
    fclose(file);
}

#endif
