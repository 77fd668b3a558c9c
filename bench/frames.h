/* What both programs here share: time, WebSocket headers, a histogram of latencies. */
#ifndef FRAMES_H
#define FRAMES_H

#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static inline uint64_t clock_ns(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline uint64_t now_ns(void) { return clock_ns(CLOCK_MONOTONIC); }

static inline void die(const char *what) {
    perror(what);
    exit(1);
}

static inline void *need(void *memory) {
    if (memory == NULL) die("memory");
    return memory;
}

static inline void raise_file_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* A server's frame: unmasked. Returns the header's size, or 0 while bytes are missing. */
static inline size_t frame_header(const uint8_t *at, size_t have, size_t *payload) {
    if (have < 2) return 0;
    size_t length = at[1] & 0x7f;
    if (length < 126) {
        *payload = length;
        return 2;
    }
    if (length == 126) {
        if (have < 4) return 0;
        *payload = (size_t)at[2] << 8 | at[3];
        return 4;
    }
    if (have < 10) return 0;
    length = 0;
    for (int i = 2; i < 10; i++) length = length << 8 | at[i];
    *payload = length;
    return 10;
}

/* Writes header and masked payload (a client's frame); returns its size. `out` needs length + 14 bytes. */
static inline size_t put_masked(uint8_t *out, uint8_t opcode, const uint8_t *payload, size_t length, uint32_t key) {
    size_t size = 2;
    out[0] = 0x80 | opcode;
    if (length < 126) {
        out[1] = 0x80 | (uint8_t)length;
    } else if (length < 65536) {
        out[1] = 0x80 | 126;
        out[2] = (uint8_t)(length >> 8);
        out[3] = (uint8_t)length;
        size = 4;
    } else {
        out[1] = 0x80 | 127;
        for (int i = 0; i < 8; i++) out[2 + i] = (uint8_t)((uint64_t)length >> (8 * (7 - i)));
        size = 10;
    }
    uint8_t mask[4];
    memcpy(mask, &key, 4);
    memcpy(out + size, mask, 4);
    size += 4;
    for (size_t i = 0; i < length; i++) out[size + i] = payload[i] ^ mask[i & 3];
    return size + length;
}

/* Latencies in nanoseconds, to within 1.6 %: 64 steps for each power of two. */
#define STEPS 64
#define BUCKETS (58 * STEPS)

struct histogram {
    uint64_t count, largest;
    uint32_t bucket[BUCKETS];
};

static inline void record(struct histogram *all, uint64_t value) {
    unsigned index = (unsigned)value;
    if (value >= STEPS) {
        unsigned power = 63u - (unsigned)__builtin_clzll(value);
        index = (power - 5) * STEPS + (unsigned)((value >> (power - 6)) & (STEPS - 1));
    }
    all->bucket[index]++;
    all->count++;
    if (value > all->largest) all->largest = value;
}

/* The value below which `share` of all lie, in milliseconds. */
static inline double percentile(const struct histogram *all, double share) {
    uint64_t wanted = (uint64_t)(share * (double)all->count), seen = 0;
    for (unsigned i = 0; i < BUCKETS; i++) {
        seen += all->bucket[i];
        if (seen > wanted) {
            if (i < STEPS) return i / 1e6;
            unsigned power = i / STEPS + 5;
            return (double)((uint64_t)(STEPS + i % STEPS) << (power - 6)) / 1e6;
        }
    }
    return (double)all->largest / 1e6;
}

static inline void print_histogram(const char *name, const struct histogram *all) {
    printf("\"%s\":{\"count\":%lu,\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"max\":%.3f}", name, all->count,
           percentile(all, 0.5), percentile(all, 0.9), percentile(all, 0.99), (double)all->largest / 1e6);
}

#endif
