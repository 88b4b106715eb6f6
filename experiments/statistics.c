/// One sample: estimates of its mean and median, and what is read off a learning curve.
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <rill/statistics.h>
#include <stdlib.h>

/// The values that are finite, to a block that the caller frees; NULL without memory.
static double *keep_finite(const double *values, size_t n, size_t *n_finite)
{
    double *finite = malloc((n + 1) * sizeof *finite);
    *n_finite = 0;
    for (size_t i = 0; finite != NULL && i < n; i++) {
        if (isfinite(values[i])) {
            finite[(*n_finite)++] = values[i];
        }
    }
    return finite;
}

static rill_estimate unknown(size_t n)
{
    const double nan_value = (double)NAN;
    return (rill_estimate){(int64_t)n, nan_value, nan_value, nan_value, nan_value};
}

rill_estimate rill_estimate_mean(const double *values, size_t n)
{
    size_t n_finite = 0;
    double *finite = keep_finite(values, n, &n_finite);
    rill_estimate estimate = unknown(n_finite);
    if (n_finite > 0) {
        estimate.mean = gsl_stats_mean(finite, 1, n_finite);
    }
    if (n_finite > 1) {
        double sd = gsl_stats_sd_m(finite, 1, n_finite, estimate.mean);
        estimate.se = sd / sqrt((double)n_finite);
        double t = gsl_cdf_tdist_Pinv(0.975, (double)n_finite - 1.0);
        estimate.ci_low = estimate.mean - t * estimate.se;
        estimate.ci_high = estimate.mean + t * estimate.se;
    }
    free(finite);
    return estimate;
}

rill_estimate rill_estimate_median(const double *values, size_t n)
{
    size_t n_finite = 0;
    double *sorted = keep_finite(values, n, &n_finite);
    rill_estimate estimate = unknown(n_finite);
    if (n_finite > 0) {
        gsl_sort(sorted, 1, n_finite);
        estimate.mean = gsl_stats_median_from_sorted_data(sorted, 1, n_finite);
    }
    // the median lies below the k-th smallest when at most k - 1 values are below it, each with
    // probability 1/2: k is the greatest for which that is no likelier than 2.5 %
    size_t k = 0;
    while (k < n_finite && gsl_cdf_binomial_P((unsigned)k, 0.5, (unsigned)n_finite) <= 0.025) {
        k++;
    }
    if (k > 0) {
        estimate.ci_low = sorted[k - 1];
        estimate.ci_high = sorted[n_finite - k];
    }
    free(sorted);
    return estimate;
}

double rill_curve_area(const double *values, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += values[i];
    }
    return n == 0 ? (double)NAN : sum / (double)n;
}

/// What a moving window holds.
typedef struct window {
    double sum;     ///< of its points that are finite
    size_t missing; ///< points that are not
} window;

static void take(window *w, double value)
{
    w->sum += isfinite(value) ? value : 0.0;
    w->missing += isfinite(value) ? 0 : 1;
}

static void drop(window *w, double value)
{
    w->sum -= isfinite(value) ? value : 0.0;
    w->missing -= isfinite(value) ? 0 : 1;
}

int64_t rill_curve_reach(const double *values, size_t n, size_t width, double threshold,
                         bool is_falling)
{
    const double slack = 1e-12 * fabs(threshold);
    window moving = {0}; // the last `width` points
    // those since the last multiple of `width`, where it takes the other's place, so that rounding does not
    // add up along the curve
    window fresh = {0};
    for (size_t i = 0; i < n; i++) {
        take(&moving, values[i]);
        take(&fresh, values[i]);
        if (i >= width) {
            drop(&moving, values[i - width]);
        }
        if ((i + 1) % width == 0) {
            moving = fresh;
            fresh = (window){0};
        }
        const double mean = moving.sum / (double)width;
        const bool is_there = is_falling ? mean <= threshold + slack : mean >= threshold - slack;
        if (i + 1 >= width && moving.missing == 0 && is_there) {
            return (int64_t)i;
        }
    }
    return -1;
}
