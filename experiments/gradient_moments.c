#include "experiments/gradient_moments.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include <rill/math.h>

/// Beyond this a standard normal density is below 1e-33.
static const double REACH = 12.5;
enum { PANELS = 100, INNER_PANELS = 8 };

// -------------------------------------------------------------------------------------- quadrature

typedef double integrand(const void *context, double x);

/// Gauss and Legendre's rule of ten points on (-1, 1), the positive half.
static const double nodes[] = {0.14887433898163122, 0.4333953941292472, 0.6794095682990244,
                               0.8650633666889845, 0.9739065285171717};
static const double weights[] = {0.29552422471475287, 0.26926671930999635, 0.21908636251598204,
                                 0.14945134915058059, 0.06667134430868814};
enum { N_NODES = sizeof nodes / sizeof nodes[0] };

/// The integral from `from` to `to`, by that rule on equal panels.
static double integrate_smooth(integrand *function, const void *context, double from, double to,
                               int panels)
{
    const double half = 0.5 * (to - from) / panels;
    double sum = 0.0;
    for (int p = 0; p < panels; p++) {
        const double middle = from + (2 * p + 1) * half;
        for (size_t i = 0; i < N_NODES; i++) {
            sum += weights[i] * (function(context, middle - half * nodes[i]) +
                                 function(context, middle + half * nodes[i]));
        }
    }
    return half * sum;
}

/// The same of a function that may jump at `jump`.
static double integrate(integrand *function, const void *context, double from, double to,
                        double jump, int panels)
{
    if (!(jump > from && jump < to)) {
        return integrate_smooth(function, context, from, to, panels);
    }
    return integrate_smooth(function, context, from, jump, panels) +
           integrate_smooth(function, context, jump, to, panels);
}

/// What is integrated over z = (x - mu) / sigma: E[g^a s^b], or E[(X - c)^b] of another X.
typedef struct term {
    const test_objective *f;
    double mu, sigma;
    gaussian_parameter parameter;
    int of_value, of_score; ///< the powers a and b
    double about;           ///< c
} term;

static double part(const term *t, double z)
{
    return t->f->type->part(t->f->k, t->mu + t->sigma * z);
}

static double power(double x, int n)
{
    return n == 0 ? 1.0 : x * power(x, n - 1);
}

/// Where g jumps, in units of z; beyond reach where it does not.
static double jump_of(const term *t)
{
    return t->f->type->slope != NULL ? (double)INFINITY : (t->f->k - t->mu) / t->sigma;
}

static double score_term(const void *context, double z)
{
    const term *t = context;
    const double score = t->parameter == BY_MU ? z / t->sigma : (z * z - 1.0) / t->sigma;
    return gsl_ran_ugaussian_pdf(z) * power(part(t, z), t->of_value) * power(score, t->of_score);
}

static double moment(const term *base, int of_value, int of_score)
{
    term t = *base;
    t.of_value = of_value;
    t.of_score = of_score;
    return integrate(score_term, &t, -REACH, REACH, jump_of(&t), PANELS);
}

bool is_resolved(const test_objective *f, double sigma)
{
    const double least_share = 1.0 / 15; // of sigma; about half a panel of z
    return f->type->rate == NULL || f->type->rate(f->k) * sigma * least_share <= 1.0;
}

// -------------------------------------------------------------------------------- score function

/// With f = g(x_1) + G, G the sum over the other dimensions and independent of x_1 and s:
/// E[f s^2] = E[g s^2] + E[G] E[s^2],  E[f^2 s^2] = E[g^2 s^2] + 2 E[G] E[g s^2] + E[G^2] E[s^2].
score_moments score_moments_gaussian(const test_objective *f, double mu, double sigma,
                                     gaussian_parameter parameter)
{
    const term t = {.f = f, .mu = mu, .sigma = sigma, .parameter = parameter};
    const double g = moment(&t, 1, 0), gg = moment(&t, 2, 0);
    const double others = (f->size - 1) * g; // E[G]
    const double others_squared = others * others + (f->size - 1) * (gg - g * g);
    const double ss = moment(&t, 0, 2), gss = moment(&t, 1, 2);
    return (score_moments){
        .f = g + others,
        .ff = gg + 2.0 * g * others + others_squared,
        .fs = moment(&t, 1, 1),
        .ss = ss,
        .fss = gss + others * ss,
        .ffss = moment(&t, 2, 2) + 2.0 * others * gss + others_squared * ss,
    };
}

/// The score of action a by eta_i is [a = i] - p(i).
score_moments score_moments_softmax(int32_t size, const double *eta, const double *values,
                                    int32_t i)
{
    score_moments m = {0};
    double greatest = eta[0], total = 0.0;
    for (int32_t a = 1; a < size; a++) {
        greatest = fmax(greatest, eta[a]);
    }
    for (int32_t a = 0; a < size; a++) {
        total += rill_exp(eta[a] - greatest);
    }
    for (int32_t a = 0; a < size; a++) {
        const double p = rill_exp(eta[a] - greatest) / total, f = values[a];
        const double s = (a == i ? 1.0 : 0.0) - rill_exp(eta[i] - greatest) / total;
        m.f += p * f;
        m.ff += p * f * f;
        m.fs += p * f * s;
        m.ss += p * s * s;
        m.fss += p * f * s * s;
        m.ffss += p * f * f * s * s;
    }
    return m;
}

double variance_with_baseline(const score_moments *m, double b)
{
    return m->ffss - 2.0 * b * m->fss + b * b * m->ss - m->fs * m->fs;
}

double optimal_baseline(const score_moments *m)
{
    return m->ss > 0.0 ? m->fss / m->ss : 0.0;
}

/// The estimate is the sample covariance of f and s, whose variance is
/// (mu_22 - (n - 2) / (n - 1) mu_11^2 + mu_20 mu_02 / (n - 1)) / n with central moments mu.
double variance_leave_one_out(const score_moments *m, int32_t n)
{
    const double gradient = m->fs * m->fs;
    const double mu_22 = variance_with_baseline(m, m->f) + gradient;
    return mu_22 - (n - 2.0) / (n - 1.0) * gradient + (m->ff - m->f * m->f) * m->ss / (n - 1.0);
}

// ----------------------------------------------------------------------- pathwise, measure-valued

static double path_term(const void *context, double z)
{
    const term *t = context;
    const double slope = t->f->type->slope(t->f->k, t->mu + t->sigma * z);
    return gsl_ran_ugaussian_pdf(z) *
           power((t->parameter == BY_MU ? slope : z * slope) - t->about, t->of_score);
}

double variance_pathwise(const test_objective *f, double mu, double sigma,
                         gaussian_parameter parameter)
{
    if (f->type->slope == NULL) {
        return (double)NAN;
    }
    term t = {.f = f, .mu = mu, .sigma = sigma, .parameter = parameter, .of_score = 1};
    t.about = integrate_smooth(path_term, &t, -REACH, REACH, PANELS);
    t.of_score = 2;
    return integrate_smooth(path_term, &t, -REACH, REACH, PANELS);
}

/// (g(mu + sigma w) - g(mu - sigma w))^b under Rayleigh's density w exp(-w^2 / 2).
static double rayleigh_term(const void *context, double w)
{
    const term *t = context;
    return w * rill_exp(-0.5 * w * w) * power(part(t, w) - part(t, -w) - t->about, t->of_score);
}

/// Inside the integral over M: (g(mu + sigma M) - g(mu + sigma M u))^b for u uniform in (0, 1).
typedef struct inner_term {
    const term *t;
    double m;
} inner_term;

static double uniform_term(const void *context, double u)
{
    const inner_term *inner = context;
    const double difference = part(inner->t, inner->m) - part(inner->t, inner->m * u);
    return power(difference - inner->t->about, inner->t->of_score);
}

static double maxwell_term(const void *context, double m)
{
    const inner_term inner = {context, m};
    return m * m * gsl_ran_ugaussian_pdf(m) *
           integrate(uniform_term, &inner, 0.0, 1.0, jump_of(context) / m, INNER_PANELS);
}

/// E[(f(x+) - f(x-) - c)^b]
static double difference_moment(const term *t)
{
    if (t->parameter == BY_MU) {
        return integrate(rayleigh_term, t, 0.0, REACH, fabs(jump_of(t)), PANELS);
    }
    return integrate(maxwell_term, t, -REACH, 0.0, jump_of(t), PANELS) +
           integrate(maxwell_term, t, 0.0, REACH, jump_of(t), PANELS);
}

/// The other dimensions are the same in x+ and x-, and cancel in a sum.
double variance_measure_valued(const test_objective *f, double mu, double sigma,
                               gaussian_parameter parameter)
{
    term t = {.f = f, .mu = mu, .sigma = sigma, .parameter = parameter, .of_score = 1};
    const double c = parameter == BY_MU ? 1.0 / (sigma * sqrt(2.0 * RILL_PI)) : 1.0 / sigma;
    t.about = difference_moment(&t);
    t.of_score = 2;
    return c * c * difference_moment(&t);
}
