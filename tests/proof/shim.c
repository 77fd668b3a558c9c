/* Stands between a process and the C library (LD_PRELOAD), and does to it what a test asks for (shim.py):
 *
 * - the wall clock runs off by some time, or stands still; the monotonic one is left alone;
 * - writes and flushes of files under a folder fail, now and then or always; of flushes not those of search.db, which is
 *   made anew when it is lost, and is flushed when it has time, nor of the folder, in which that comes and goes;
 * - every change of those files is written to a log, with all its bytes and in the order in which it took effect, so
 *   that a test can say what a disk would hold that had lost what was not flushed (power.py).
 *
 * The block of settings is shared memory: a test changes it while the process runs.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define FDS 65536

struct settings {            /* as in shim.py; all are int64 */
    int64_t clock_frozen;    /* 1: the wall clock stands at clock_ns; 0: it is off by clock_ns */
    int64_t clock_ns;
    int64_t write_error;     /* errno of writes that fail; 0: none do */
    int64_t write_every;     /* each n-th one */
    int64_t write_halves;    /* 1: half of it is written first, as on a disk that fills up */
    int64_t writes;          /* counted here, since the settings were last changed */
    int64_t writes_failed;
    int64_t flush_error;     /* likewise; each from the n-th on, flush_times of them */
    int64_t flush_from;
    int64_t flush_times;
    int64_t flushes;
    int64_t flushes_failed;
};

static struct settings none, *set = &none;
static char root[4096];
static size_t root_length;
static int log_fd = -1;
static uint64_t inode_of[FDS]; /* of files under the folder; 0: another's */
static char is_folder[FDS], is_index[FDS], cut_short[FDS];
static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;

static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static ssize_t (*real_write)(int, const void *, size_t);
static int (*real_ftruncate)(int, off64_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_rename)(const char *, const char *);
static int (*real_unlink)(const char *);
static int (*real_clock)(clockid_t, struct timespec *);

static void find(void) {
    real_open = dlsym(RTLD_NEXT, "open64");
    real_openat = dlsym(RTLD_NEXT, "openat64");
    real_close = dlsym(RTLD_NEXT, "close");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_write = dlsym(RTLD_NEXT, "write");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_rename = dlsym(RTLD_NEXT, "rename");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_clock = dlsym(RTLD_NEXT, "clock_gettime");
}

__attribute__((constructor)) static void begin(void) {
    const char *settings = getenv("SHIM_SETTINGS"), *folder = getenv("SHIM_ROOT"), *log = getenv("SHIM_LOG");
    find();
    if (folder != NULL) {
        root_length = strlen(folder);
        memcpy(root, folder, root_length + 1);
    }
    if (settings != NULL) {
        int fd = real_open(settings, O_RDWR | O_CLOEXEC);
        void *block = fd < 0 ? MAP_FAILED
                             : mmap(NULL, sizeof(struct settings), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (block == MAP_FAILED) {
            fprintf(stderr, "shim: no settings in %s\n", settings);
            abort();
        }
        real_close(fd);
        set = block;
    }
    if (log != NULL)
        log_fd = real_open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

/* --- the log */

static int ours(const char *path) {
    return root_length && !strncmp(path, root, root_length) && (path[root_length] == '/' || !path[root_length]);
}

static void note(char what, uint64_t inode, uint64_t at, const void *data, size_t size, const char *more) {
    struct {
        char what, pad[7];
        uint64_t inode, at, size, more;
    } head = {what, {0}, inode, at, size, more == NULL ? 0 : strlen(more)};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)data, size}, {(void *)more, head.more}};
    if (log_fd >= 0 && writev(log_fd, parts, 3) != (ssize_t)(sizeof head + size + head.more))
        abort();
}

static uint64_t known(int fd) { return fd >= 0 && fd < FDS ? inode_of[fd] : 0; }

/* --- files */

static int opened(int fd, const char *path, int flags, int was_there) {
    struct stat64 about;
    if (fd < 0 || fd >= FDS || !ours(path) || fstat64(fd, &about))
        return fd;
    inode_of[fd] = about.st_ino;
    is_folder[fd] = S_ISDIR(about.st_mode);
    is_index[fd] = strstr(path, "/search.db") != NULL;
    cut_short[fd] = 0;
    if (!was_there)
        note('O', about.st_ino, 0, path, strlen(path), NULL);
    else if (flags & O_TRUNC)
        note('T', about.st_ino, 0, NULL, 0, NULL);
    return fd;
}

static int open_here(int at, const char *path, int flags, mode_t mode) {
    int was_there, fd;
    if (real_open == NULL)
        find();
    if (!ours(path))
        return real_openat(at, path, flags, mode);
    pthread_mutex_lock(&order);
    was_there = !(flags & O_CREAT) || access(path, F_OK) == 0;
    fd = opened(real_openat(at, path, flags, mode), path, flags, was_there);
    pthread_mutex_unlock(&order);
    return fd;
}

#define MODE                                                                                                           \
    va_list more;                                                                                                      \
    va_start(more, flags);                                                                                             \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;                                            \
    va_end(more);

int open(const char *path, int flags, ...) { MODE return open_here(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return open_here(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE return open_here(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE return open_here(at, path, flags, mode); }

int close(int fd) {
    if (fd >= 0 && fd < FDS)
        inode_of[fd] = 0;
    return real_close(fd);
}

/* Whether this write fails; how much of it is written before is in *size. */
static int write_fails(int fd, size_t *size) {
    int64_t error = set->write_error;
    if (!error)
        return 0;
    if (cut_short[fd]) {
        cut_short[fd] = 0;
    } else {
        int64_t count = __atomic_add_fetch(&set->writes, 1, __ATOMIC_SEQ_CST);
        if (set->write_every <= 0 || count % set->write_every)
            return 0;
        if (set->write_halves && *size > 1) {
            *size /= 2;
            cut_short[fd] = 1;
            return 0;
        }
    }
    __atomic_add_fetch(&set->writes_failed, 1, __ATOMIC_SEQ_CST);
    errno = (int)error;
    return 1;
}

static ssize_t write_at(int fd, const void *data, size_t size, off64_t at) {
    ssize_t done;
    if (!known(fd))
        return real_pwrite(fd, data, size, at);
    pthread_mutex_lock(&order);
    done = write_fails(fd, &size) ? -1 : real_pwrite(fd, data, size, at);
    if (done > 0)
        note('W', known(fd), (uint64_t)at, data, (size_t)done, NULL);
    pthread_mutex_unlock(&order);
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return write_at(fd, data, size, at); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) { return write_at(fd, data, size, at); }

ssize_t write(int fd, const void *data, size_t size) {
    ssize_t done;
    if (real_write == NULL)
        find();
    if (!known(fd))
        return real_write(fd, data, size);
    pthread_mutex_lock(&order);
    done = write_fails(fd, &size) ? -1 : real_write(fd, data, size);
    if (done > 0)
        note('W', known(fd), (uint64_t)(lseek64(fd, 0, SEEK_CUR) - done), data, (size_t)done, NULL);
    pthread_mutex_unlock(&order);
    return done;
}

int ftruncate64(int fd, off64_t size) {
    int result;
    pthread_mutex_lock(&order);
    result = real_ftruncate(fd, size);
    if (!result && known(fd))
        note('T', known(fd), (uint64_t)size, NULL, 0, NULL);
    pthread_mutex_unlock(&order);
    return result;
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int flush(int fd, int (*real)(int)) {
    int result;
    if (!known(fd))
        return real(fd);
    pthread_mutex_lock(&order);
    int64_t count = set->flush_error && !is_index[fd] && !is_folder[fd] ? __atomic_add_fetch(&set->flushes, 1, __ATOMIC_SEQ_CST) : 0;
    if (count && count >= set->flush_from && count < set->flush_from + set->flush_times) {
        __atomic_add_fetch(&set->flushes_failed, 1, __ATOMIC_SEQ_CST);
        note('F', known(fd), 0, NULL, 0, NULL);
        errno = (int)set->flush_error;
        result = -1;
    } else {
        result = real(fd);
        if (!result)
            note(is_folder[fd] ? 'D' : 'S', known(fd), 0, NULL, 0, NULL);
    }
    pthread_mutex_unlock(&order);
    return result;
}

int fsync(int fd) { return flush(fd, real_fsync); }
int fdatasync(int fd) { return flush(fd, real_fdatasync); }

int rename(const char *from, const char *to) {
    int result;
    pthread_mutex_lock(&order);
    result = real_rename(from, to);
    if (!result && ours(to))
        note('R', 0, 0, from, strlen(from), to);
    pthread_mutex_unlock(&order);
    return result;
}

int unlink(const char *path) {
    int result;
    pthread_mutex_lock(&order);
    result = real_unlink(path);
    if (!result && ours(path))
        note('U', 0, 0, path, strlen(path), NULL);
    pthread_mutex_unlock(&order);
    return result;
}

/* --- the clock */

int clock_gettime(clockid_t which, struct timespec *now) {
    int64_t shift = set->clock_ns, seconds, rest;
    int result;
    if (real_clock == NULL)
        find();
    result = real_clock(which, now);
    if (result || (which != CLOCK_REALTIME && which != CLOCK_REALTIME_COARSE) || (!shift && !set->clock_frozen))
        return result;
    if (set->clock_frozen)
        now->tv_sec = 0, now->tv_nsec = 0;
    seconds = now->tv_sec + shift / 1000000000;
    rest = now->tv_nsec + shift % 1000000000;
    if (rest < 0)
        seconds -= 1, rest += 1000000000;
    else if (rest >= 1000000000)
        seconds += 1, rest -= 1000000000;
    now->tv_sec = seconds, now->tv_nsec = rest;
    return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec precise;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &precise);
    now->tv_sec = precise.tv_sec, now->tv_usec = precise.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *where) {
    struct timespec precise;
    clock_gettime(CLOCK_REALTIME, &precise);
    if (where != NULL)
        *where = precise.tv_sec;
    return precise.tv_sec;
}
