/// Running mean and variance, as the normalising wrappers gather them.
///
/// Chan, Golub & LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample
/// Variances" (1979), for one new number, with the start of Gymnasium's RunningMeanStd: mean 0 and
/// variance 1 that weigh as much as 1e-4 numbers.
#ifndef RILL_CORE_RUNNING_MOMENTS_H
#define RILL_CORE_RUNNING_MOMENTS_H

#include <math.h>
#include <rill/wrapper.h>

/// Gives moments that are still zero their start.
static inline void rill_moments_begin(rill_running_moments *moments)
{
    if (moments->count == 0.0) {
        *moments = (rill_running_moments){1e-4, 0.0, 1.0};
    }
}

/// Adds a number, but no more than `most` in all (0: no such limit).
static inline void rill_moments_add(rill_running_moments *moments, double x, int64_t most)
{
    if (most > 0 && moments->count >= (double)most) {
        return;
    }
    const double total = moments->count + 1.0;
    const double delta = x - moments->mean;
    const double squares =
        moments->variance * moments->count + delta * delta * moments->count / total;
    moments->mean += delta / total;
    moments->variance = squares / total;
    moments->count = total;
}

/// The root of variance + epsilon.
static inline double rill_moments_deviation(const rill_running_moments *moments, double epsilon)
{
    return sqrt(moments->variance + epsilon);
}

#endif
