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
    RILL_SCHEDULE_HARMONIC,    ///< from / (1 + t / over)
    RILL_SCHEDULE_POWER,       ///< from (1 + t / over)^-power
} rill_schedule_kind;

/// What time is counted in.
typedef enum rill_clock {
    RILL_PER_STEP,
    RILL_PER_EPISODE,
    RILL_PER_VISIT, ///< of a step size: updates of the estimate at hand
} rill_clock;

/// One rate as a function of time t, counted from 0. Plain data.
typedef struct rill_schedule {
    rill_schedule_kind kind;
    rill_clock per;
    double from;  ///< value at t = 0
    double to;    ///< linear: value from `over` on; exponential: limit
    double over;  ///< time scale, > 0
    double power; ///< power schedule: exponent, in (0, 1] for Robbins-Monro
} rill_schedule;

static inline rill_schedule rill_schedule_constant(double value)
{
    rill_schedule schedule = {RILL_SCHEDULE_CONSTANT, RILL_PER_STEP, value, value, 1.0, 1.0};
    return schedule;
}

/// 1/n on the n-th visit: an estimate that moves by it is the average of its targets
/// (S&B section 2.4; Zhao section 6.1).
static inline rill_schedule rill_schedule_average(void)
{
    rill_schedule schedule = {RILL_SCHEDULE_HARMONIC, RILL_PER_VISIT, 1.0, 1.0, 1.0, 1.0};
    return schedule;
}

/// The value of a schedule that is not constant.
RILL_API double rill_schedule_varying_at(const rill_schedule *schedule, int64_t step,
                                         int64_t episode);

/// The value at a time given both in steps and in episodes; for a schedule per visit, `step` is the
/// number of visits before.
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
/// Likewise of a clock: "step", "episode", "visit".
RILL_API const char *rill_clock_name(rill_clock clock);
RILL_API int rill_clock_from_name(const char *name);

#ifdef __cplusplus
}
#endif
#endif
