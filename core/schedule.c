#include <rill/math.h>
#include <rill/schedule.h>
#include <string.h>

static const char *const kind_names[] = {"constant", "linear", "exponential", "harmonic", "power"};
static const char *const clock_names[] = {"step", "episode", "visit"};

static int find_name(const char *name, const char *const *names, int n)
{
    for (int i = 0; i < n; i++) {
        if (strcmp(name, names[i]) == 0) {
            return i;
        }
    }
    return -1;
}

double rill_schedule_varying_at(const rill_schedule *schedule, int64_t step, int64_t episode)
{
    double t = (double)(schedule->per == RILL_PER_EPISODE ? episode : step) / schedule->over;
    switch (schedule->kind) {
    case RILL_SCHEDULE_CONSTANT:
        break;
    case RILL_SCHEDULE_LINEAR:
        return t >= 1.0 ? schedule->to : schedule->from + (schedule->to - schedule->from) * t;
    case RILL_SCHEDULE_EXPONENTIAL:
        return schedule->to + (schedule->from - schedule->to) * rill_exp(-t);
    case RILL_SCHEDULE_HARMONIC:
        return schedule->from / (1.0 + t);
    case RILL_SCHEDULE_POWER:
        return schedule->from * rill_exp(-schedule->power * rill_log(1.0 + t));
    }
    return schedule->from;
}

const char *rill_schedule_kind_name(rill_schedule_kind kind)
{
    return kind_names[kind];
}

int rill_schedule_kind_from_name(const char *name)
{
    return find_name(name, kind_names, (int)(sizeof kind_names / sizeof kind_names[0]));
}

const char *rill_clock_name(rill_clock clock)
{
    return clock_names[clock];
}

int rill_clock_from_name(const char *name)
{
    return find_name(name, clock_names, (int)(sizeof clock_names / sizeof clock_names[0]));
}
