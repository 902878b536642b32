/* A wall clock that a test sets forward and back while a program runs: loaded before libc, it adds
   the seconds that stand in the file LMS_CLOCK (one long) to what the real clock says. Nothing
   else changes: libfaketime 0.9.10 also breaks sleeping by the clock that never jumps. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

static const volatile long *ahead;

__attribute__((constructor)) static void look(void)
{
    int file = open(getenv("LMS_CLOCK"), O_RDONLY);
    void *place = mmap(0, sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);
    ahead = place == MAP_FAILED ? 0 : place;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    static int (*real)(clockid_t, struct timespec *);
    if (!real)
        real = dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(clock, now);
    if (!failed && ahead && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += *ahead;
    return failed;
}

time_t time(time_t *place)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (place)
        *place = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *place, void *zone)
{
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    place->tv_sec = now.tv_sec;
    place->tv_usec = now.tv_nsec / 1000;
    return 0;
}
