/// The processors of this machine, and its time.
#ifdef __linux__
#define _GNU_SOURCE // sched_getaffinity
#endif
#include "experiments/program/ranks.h"

#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <sched.h>
#endif

/// Those that this process may run on: a launcher often ties it to a few.
static int32_t count_processors(void)
{
#ifdef __linux__
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
        return (int32_t)CPU_COUNT(&allowed);
    }
#endif
    return (int32_t)sysconf(_SC_NPROCESSORS_ONLN);
}

int32_t ranks_threads(const ranks *all)
{
    enum { MAX = 1024 };
    const int32_t share = (int32_t)sysconf(_SC_NPROCESSORS_ONLN) / all->count_on_node;
    const int32_t allowed = count_processors();
    const int32_t threads = share < allowed && all->count_on_node > 1 ? share : allowed;
    return threads < 1 ? 1 : threads > MAX ? MAX : threads;
}

void ranks_pause(double seconds)
{
    const struct timespec time = {(time_t)seconds,
                                  (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&time, NULL);
}
