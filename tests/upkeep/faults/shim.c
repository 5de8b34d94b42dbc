/* Lets system calls of a program fail as a full or broken disk does. Preloaded (LD_PRELOAD); steered by the story through
 * a file that both have mapped, FAULTS_CONTROL; only calls on files whose path contains FAULTS_PATH are meant. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITE = 1, FSYNC = 2, FDATASYNC = 4, FTRUNCATE = 8, OPEN = 16 };

/* As tests/upkeep/faults/injector.rs writes it. */
struct control {
    _Atomic uint32_t calls;   /* which calls fail; none while 0 */
    _Atomic uint32_t error;   /* with what; 0 to only hang */
    _Atomic uint32_t skip;    /* how many succeed before */
    _Atomic uint32_t times;   /* how many fail then */
    _Atomic uint32_t partial; /* whether half is written before a write fails */
    _Atomic uint32_t hang_ms; /* how long a call hangs first, while it is armed */
    _Atomic uint32_t struck;  /* how many did fail or hang */
};

static struct control *control;
static const char *meant;

__attribute__((constructor)) static void begin(void) {
    const char *file = getenv("FAULTS_CONTROL");
    meant = getenv("FAULTS_PATH");
    if (!file || !meant) return;
    int fd = open(file, O_RDWR | O_CLOEXEC);
    if (fd < 0) return;
    void *map = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (map != MAP_FAILED) control = map;
}

static int is_meant(int fd) {
    char link[32], path[4096];
    char digits[16];
    int length = 0, at = 14;
    memcpy(link, "/proc/self/fd/", 14);
    if (fd < 0) return 0;
    do digits[length++] = (char)('0' + fd % 10); while (fd /= 10);
    while (length) link[at++] = digits[--length];
    link[at] = 0;
    ssize_t read = readlink(link, path, sizeof path - 1);
    if (read < 0) return 0;
    path[read] = 0;
    return strstr(path, meant) != NULL;
}

/* Whether this call is to fail, and errno with it. */
static int strikes(uint32_t call) {
    if (!(atomic_load(&control->calls) & call)) return 0;
    uint32_t skip = atomic_load(&control->skip);
    while (skip)
        if (atomic_compare_exchange_weak(&control->skip, &skip, skip - 1)) return 0;
    uint32_t times = atomic_load(&control->times);
    do {
        if (!times) return 0;
    } while (!atomic_compare_exchange_weak(&control->times, &times, times - 1));
    atomic_fetch_add(&control->struck, 1);
    for (uint32_t waited = 0; waited < atomic_load(&control->hang_ms) && atomic_load(&control->calls); waited += 10)
        usleep(10000);
    errno = (int)atomic_load(&control->error);
    return errno != 0;
}

static int armed(uint32_t call, int fd) {
    if (!control || !(atomic_load_explicit(&control->calls, memory_order_relaxed) & call)) return 0;
    int kept = errno, strike = is_meant(fd) && strikes(call);
    if (!strike) errno = kept;
    return strike;
}

#define REAL(name) __typeof__(name) *real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *bytes, size_t count) {
    static __typeof__(write) *real;
    if (!real) real = (__typeof__(write) *)dlsym(RTLD_NEXT, "write");
    if (!armed(WRITE, fd)) return real(fd, bytes, count);
    int error = errno;
    if (atomic_load(&control->partial) && count > 1) return real(fd, bytes, count / 2);
    errno = error;
    return -1;
}

#define PWRITE(name, offset_t)                                                                                         \
    ssize_t name(int fd, const void *bytes, size_t count, offset_t at) {                                               \
        static __typeof__(name) *real;                                                                                 \
        if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name);                                                 \
        if (!armed(WRITE, fd)) return real(fd, bytes, count, at);                                                      \
        int error = errno;                                                                                             \
        if (atomic_load(&control->partial) && count > 1) return real(fd, bytes, count / 2, at);                        \
        errno = error;                                                                                                 \
        return -1;                                                                                                     \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define SYNC(name, call)                                                                                               \
    int name(int fd) {                                                                                                 \
        REAL(name);                                                                                                    \
        return armed(call, fd) ? -1 : real(fd);                                                                        \
    }
SYNC(fsync, FSYNC)
SYNC(fdatasync, FDATASYNC)

#define TRUNCATE(name, offset_t)                                                                                       \
    int name(int fd, offset_t length) {                                                                                \
        REAL(name);                                                                                                    \
        return armed(FTRUNCATE, fd) ? -1 : real(fd, length);                                                           \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

static int opens(const char *path) {
    if (!control || !(atomic_load_explicit(&control->calls, memory_order_relaxed) & OPEN)) return 0;
    return strstr(path, meant) && strikes(OPEN);
}

#define OPENS(name)                                                                                                    \
    int name(const char *path, int flags, ...) {                                                                       \
        REAL(name);                                                                                                    \
        mode_t mode = 0;                                                                                               \
        if (flags & (O_CREAT | O_TMPFILE)) {                                                                           \
            va_list rest;                                                                                              \
            va_start(rest, flags);                                                                                     \
            mode = va_arg(rest, mode_t);                                                                               \
            va_end(rest);                                                                                              \
        }                                                                                                              \
        return opens(path) ? -1 : real(path, flags, mode);                                                             \
    }
OPENS(open)
OPENS(open64)
