/// Two samples: whether they differ, among how many comparisons, and how many runs would tell.
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <rill/statistics.h>
#include <stdlib.h>

/// A difference of this standard error under Student's t.
static rill_difference by_t(double difference, double se, double df)
{
    const double nan_value = (double)NAN;
    rill_difference d = {difference, se, nan_value, nan_value, nan_value, nan_value};
    if (se == 0.0) {
        d.ci_low = d.ci_high = difference;
        d.p = difference == 0.0 ? 1.0 : 0.0;
    } else if (!isnan(se)) {
        const double t = gsl_cdf_tdist_Pinv(0.975, df);
        d.df = df;
        d.ci_low = difference - t * se;
        d.ci_high = difference + t * se;
        d.p = 2.0 * gsl_cdf_tdist_Q(fabs(difference) / se, df);
    }
    return d;
}

rill_difference rill_estimate_difference(const rill_estimate *x, const rill_estimate *y)
{
    // df = (v + w)^2 / (v^2 / (n - 1) + w^2 / (m - 1)), v and w the squared standard errors (Welch 1947);
    // by the shares of the two, which cannot overflow
    const double se = hypot(x->se, y->se);
    const double share = se > 0.0 ? (x->se / se) * (x->se / se) : 0.0;
    const double df = 1.0 / (share * share / (double)(x->n - 1) +
                             (1.0 - share) * (1.0 - share) / (double)(y->n - 1));
    return by_t(x->mean - y->mean, se, df);
}

rill_difference rill_welch_test(const double *x, size_t n_x, const double *y, size_t n_y)
{
    const rill_estimate a = rill_estimate_mean(x, n_x);
    const rill_estimate b = rill_estimate_mean(y, n_y);
    return rill_estimate_difference(&a, &b);
}

rill_difference rill_paired_test(const double *x, const double *y, size_t n)
{
    double *differences = malloc((n + 1) * sizeof *differences);
    size_t kept = 0;
    for (size_t i = 0; differences != NULL && i < n; i++) {
        differences[kept] = x[i] - y[i];
        kept += isfinite(differences[kept]) ? 1 : 0;
    }
    const rill_estimate d = rill_estimate_mean(differences, kept);
    free(differences);
    return by_t(d.mean, d.se, (double)d.n - 1.0);
}

enum { MAX_EXACT = 50 }; ///< samples below this size get an exact p, as in R

/// P(U <= u) of samples of m and n without ties. The number of ways to each U is the coefficient of q^U
/// in the product over i = 1..m of (1 - q^(n+i)) / (1 - q^i); at most C(98, 49), exact to rounding.
static double u_probability(size_t m, size_t n, size_t u)
{
    double ways[(MAX_EXACT - 1) * (MAX_EXACT - 1) + 1] = {1.0};
    const size_t last = m * n;
    double total = 0.0, below = 0.0;
    for (size_t i = 1; i <= m; i++) {
        for (size_t j = last; j >= n + i; j--) {
            ways[j] -= ways[j - n - i];
        }
        for (size_t j = i; j <= last; j++) {
            ways[j] += ways[j - i];
        }
    }
    for (size_t j = 0; j <= last; j++) {
        total += ways[j];
        below += j <= u ? ways[j] : 0.0;
    }
    return below / total;
}

/// One value with the sample that it is of.
typedef struct ranked {
    double value;
    bool is_x;
} ranked;

static int compare_ranked(const void *a, const void *b)
{
    const double x = ((const ranked *)a)->value;
    const double y = ((const ranked *)b)->value;
    return (x > y) - (x < y);
}

static size_t keep_ranked(const double *values, size_t n, bool is_x, ranked *kept)
{
    size_t n_kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(values[i])) {
            kept[n_kept++] = (ranked){values[i], is_x};
        }
    }
    return n_kept;
}

/// p of U, with the sum over groups of equal values of t^3 - t.
static double u_test(double u, size_t m, size_t n, double ties)
{
    const double pairs = (double)m * (double)n;
    if (m < MAX_EXACT && n < MAX_EXACT && ties == 0.0) {
        const double lesser = u < pairs - u ? u : pairs - u;
        const double p = 2.0 * u_probability(m, n, (size_t)lesser);
        return p < 1.0 ? p : 1.0;
    }
    const double size = (double)(m + n);
    const double variance = pairs / 12.0 * (size + 1.0 - ties / (size * (size - 1.0)));
    const double excess = fabs(u - 0.5 * pairs) - 0.5;
    if (!(variance > 0.0) || excess <= 0.0) {
        return 1.0;
    }
    return 2.0 * gsl_cdf_ugaussian_Q(excess / sqrt(variance));
}

double rill_mann_whitney_test(const double *x, size_t n_x, const double *y, size_t n_y)
{
    ranked *all = malloc((n_x + n_y + 1) * sizeof *all);
    if (all == NULL) {
        return (double)NAN;
    }
    const size_t m = keep_ranked(x, n_x, true, all);
    const size_t n = keep_ranked(y, n_y, false, all + m);
    qsort(all, m + n, sizeof *all, compare_ranked);
    double u = 0.0; // pairs with x > y, and half of those with x = y
    double ties = 0.0;
    size_t y_below = 0;
    for (size_t begin = 0, end = 0; begin < m + n; begin = end) {
        size_t x_equal = 0;
        for (end = begin; end < m + n && all[end].value == all[begin].value; end++) {
            x_equal += all[end].is_x;
        }
        const size_t equal = end - begin;
        const size_t y_equal = equal - x_equal;
        u += (double)x_equal * ((double)y_below + 0.5 * (double)y_equal);
        ties += (double)equal * ((double)equal * (double)equal - 1.0);
        y_below += y_equal;
    }
    free(all);
    return m == 0 || n == 0 ? (double)NAN : u_test(u, m, n, ties);
}

static int compare_p(const void *a, const void *b)
{
    const double x = **(double *const *)a;
    const double y = **(double *const *)b;
    return (x > y) - (x < y);
}

void rill_holm_correct(double *p, size_t n)
{
    double **sorted = malloc((n + 1) * sizeof *sorted);
    size_t n_known = 0;
    for (size_t i = 0; i < n; i++) {
        if (sorted == NULL) {
            p[i] = (double)NAN;
        } else if (!isnan(p[i])) {
            sorted[n_known++] = &p[i];
        }
    }
    if (n_known > 0) {
        qsort(sorted, n_known, sizeof *sorted, compare_p);
    }
    // in ascending order, from i = 0: p_i <- max over j <= i of min(1, (n - j) p_j)
    double greatest = 0.0;
    for (size_t i = 0; i < n_known; i++) {
        greatest = fmin(1.0, fmax(greatest, (double)(n_known - i) * *sorted[i]));
        *sorted[i] = greatest;
    }
    free(sorted);
}

double rill_runs_needed(double difference, double variance_x, double variance_y)
{
    const double variance = variance_x + variance_y;
    if (isnan(difference) || isnan(variance)) {
        return (double)NAN;
    }
    if (variance == 0.0) {
        return 2.0;
    }
    const double ratio = variance / (difference * difference);
    const double z = gsl_cdf_ugaussian_Pinv(0.975) + gsl_cdf_ugaussian_Pinv(0.8);
    double n = ceil(z * z * ratio);
    n = n > 2.0 ? n : 2.0;
    // the quantiles of t are above those of z: upwards from here, by about 1 (beyond 10^6, t is z)
    const double share = variance_x / variance;
    const double shares = share * share + (1.0 - share) * (1.0 - share);
    while (n < 1e6) {
        const double df = (n - 1.0) / shares;
        const double t = gsl_cdf_tdist_Pinv(0.975, df) + gsl_cdf_tdist_Pinv(0.8, df);
        if (n >= t * t * ratio) {
            break;
        }
        n += 1.0;
    }
    return n;
}
