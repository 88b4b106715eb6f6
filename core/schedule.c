#include <rill/math.h>
#include <rill/schedule.h>
#include <string.h>

static const char *const kind_names[] = {"constant", "linear", "exponential", "harmonic", "power"};

double rill_schedule_varying_at(const rill_schedule *schedule, int64_t step, int64_t episode)
{
    double t = (double)(schedule->per_episode ? episode : step) / schedule->over;
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
    for (int i = 0; i < (int)(sizeof kind_names / sizeof kind_names[0]); i++) {
        if (strcmp(name, kind_names[i]) == 0) {
            return i;
        }
    }
    return -1;
}
