/// Rates that change with time: step sizes, exploration rates, temperatures.
#ifndef RILL_SCHEDULE_H
#define RILL_SCHEDULE_H

#include <rill/status.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum rill_schedule_kind {
    RILL_SCHEDULE_CONSTANT,    ///< from
    RILL_SCHEDULE_LINEAR,      ///< from + (to - from) min(t / over, 1)
    RILL_SCHEDULE_EXPONENTIAL, ///< to + (from - to) exp(-t / over)
    RILL_SCHEDULE_HARMONIC,    ///< from / (1 + t / over): 1/n averaging for from = over = 1
    RILL_SCHEDULE_POWER,       ///< from (1 + t / over)^-power
} rill_schedule_kind;

/// One rate as a function of time t, counted from 0 in steps or in episodes. Plain data.
typedef struct rill_schedule {
    rill_schedule_kind kind;
    bool per_episode; ///< t counts episodes; otherwise steps
    double from;      ///< value at t = 0
    double to;        ///< linear: value from `over` on; exponential: limit
    double over;      ///< time scale, > 0
    double power;     ///< power schedule: exponent, in (0, 1] for Robbins-Monro
} rill_schedule;

static inline rill_schedule rill_schedule_constant(double value)
{
    rill_schedule schedule = {RILL_SCHEDULE_CONSTANT, false, value, value, 1.0, 1.0};
    return schedule;
}

/// The value of a schedule that is not constant.
RILL_API double rill_schedule_varying_at(const rill_schedule *schedule, int64_t step,
                                         int64_t episode);

/// The value at a time given both in steps and in episodes.
static inline double rill_schedule_at(const rill_schedule *schedule, int64_t step, int64_t episode)
{
    if (schedule->kind == RILL_SCHEDULE_CONSTANT) {
        return schedule->from;
    }
    return rill_schedule_varying_at(schedule, step, episode);
}

/// Name of a kind as written in JSON ("linear"), and back (-1 when there is none such).
RILL_API const char *rill_schedule_kind_name(rill_schedule_kind kind);
RILL_API int rill_schedule_kind_from_name(const char *name);

#ifdef __cplusplus
}
#endif
#endif
