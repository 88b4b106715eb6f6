/// Distributions over actions with parameters that are learned: what a policy-gradient method
/// differentiates.
///
/// A distribution turns unconstrained numbers eta (n_parameters), which a function of the state
/// computes, into a random action x (size), of density or probability p(x; eta). x is a box action
/// or, over n discrete actions, a point of the simplex with n corners: the corner e_a is action a.
///
/// A sample is drawn in two steps: noise e, whose law does not depend on eta, and x = g(eta, e). With the
/// noise kept a sample can be replayed and differentiated. So the gradient of an objective
/// J = E[f(x)] has two forms (Mohamed, Rosca, Figurnov and Mnih (2020), "Monte Carlo gradient
/// estimation in machine learning"):
///     score function    grad J = E[f(x) grad_eta log p(x; eta)]
///     pathwise          grad J = E[(d x / d eta)' grad_x f(x)],  d x / d eta = d g(eta, e) / d eta
///
/// A distribution is constant. Where a parameter is a rate that changes with time (a temperature),
/// `rill_distribution_at` answers the distribution at a time.
#ifndef RILL_DISTRIBUTION_H
#define RILL_DISTRIBUTION_H

#include <rill/param.h>
#include <rill/rng.h>
#include <rill/space.h>
#include <rill/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rill_distribution rill_distribution;

/// A distribution's type: constant, one per file approx/distribution_<id>.c.
typedef struct rill_distribution_type {
    const char *id;
    const char *summary;
    const char *source;
    const rill_param *params;
    size_t params_size;   ///< of the parameter struct, derived fields included
    rill_space_kind kind; ///< of the actions
    bool is_relaxed; ///< over discrete actions: samples lie inside the simplex, not at its corners
    /// `pathwise` answers the Jacobian of another, differentiable sample of the same noise.
    bool is_straight_through;
    /// Checks parameters against the space and each other, and sets the sizes. RILL_INVALID says what
    /// does not fit.
    rill_status (*prepare)(rill_distribution *distribution, rill_error *error);

    /// Draws the noise, (n_noise).
    void (*draw)(const rill_distribution *distribution, rill_rng *rng, double *noise);
    /// x = g(eta, noise), to `x` (size).
    void (*sample)(const rill_distribution *distribution, const double *eta, const double *noise,
                   double *x);
    /// log p(x; eta): of a density (on a simplex, of all numbers of x but the last), or of the
    /// probability of a discrete action. -INFINITY outside the support; finite on its edge, which
    /// rounding can bring a sample to. NULL: there is no tractable one.
    double (*log_probability)(const rill_distribution *distribution, const double *eta,
                              const double *x);
    /// d log p(x; eta) / d eta, to `gradient` (n_parameters), of x in the support. NULL together with
    /// `log_probability`.
    void (*score)(const rill_distribution *distribution, const double *eta, const double *x,
                  double *gradient);
    /// The entropy H, and d H / d eta to `gradient` (n_parameters) unless that is NULL. NULL: none is
    /// offered, for want of a closed form or of a quadrature as exact as one.
    double (*entropy)(const rill_distribution *distribution, const double *eta, double *gradient);
    /// The standard deviation of a number of x, mean over all of them; of a squashed one before it is
    /// squashed. NULL: x is a point of a simplex.
    double (*deviation)(const rill_distribution *distribution, const double *eta);
    /// KL(p(.; eta) || p(.; other)). NULL: none in closed form.
    double (*divergence)(const rill_distribution *distribution, const double *eta,
                         const double *other);
    /// d x / d eta of a sample x = g(eta, noise), to `jacobian` (size, n_parameters). NULL: x is not
    /// differentiable in eta.
    void (*pathwise)(const rill_distribution *distribution, const double *eta, const double *noise,
                     const double *x, double *jacobian);
    /// The action to take without exploring, to `x` (size): the mean, of a squashed density the mean
    /// squashed, the likeliest corner.
    void (*centre)(const rill_distribution *distribution, const double *eta, double *x);
} rill_distribution_type;

/// One distribution, fitted to a space of actions. Constant after create. The bounds of the space are
/// those of its owner, who outlives the distribution.
struct rill_distribution {
    const rill_distribution_type *type;
    void *params;
    rill_space space;     ///< of the actions
    int32_t size;         ///< numbers of x: the dimensions of a box, the number of discrete actions
    int32_t n_parameters; ///< numbers of eta
    int32_t n_noise;      ///< numbers of noise that a sample takes
    /// The last so many numbers of eta do not depend on the state: free parameters, as a standard
    /// deviation that is the same everywhere.
    int32_t n_free;
    int64_t step, episode; ///< the time at which rates are read: 0 after create
};

/// Fits a distribution to a space of actions. `params` (a block of the type's table, or NULL for the
/// defaults) is owned by the distribution from now on, also when this fails.
/// RILL_INVALID (another kind of actions, bounds that the type needs and the space does not have),
/// RILL_NO_MEMORY.
RILL_API rill_status rill_distribution_create(rill_distribution *distribution,
                                              const rill_distribution_type *type, void *params,
                                              rill_space space, rill_error *error);
RILL_API void rill_distribution_destroy(rill_distribution *distribution);

RILL_API const rill_distribution_type *rill_distribution_type_find(const char *id,
                                                                   rill_error *error);
/// All distributions built in, sorted by id, ending with NULL.
RILL_API const rill_distribution_type *const *rill_distribution_type_list(void);
/// What an agent acts by that is given none: "categorical" for discrete actions, else "gaussian".
RILL_API const rill_distribution_type *rill_distribution_type_default(rill_space_kind kind);

/// The distribution at a time in steps and episodes: a copy that shares the parameters, to be used
/// while the original lives and not to be destroyed. Types without rates are the same at all times.
static inline rill_distribution rill_distribution_at(const rill_distribution *distribution,
                                                     int64_t step, int64_t episode)
{
    rill_distribution now = *distribution;
    now.step = step;
    now.episode = episode;
    return now;
}

/// Draws noise, kept in `noise` (n_noise), and a sample, to `x` (size).
static inline void rill_distribution_sample(const rill_distribution *distribution,
                                            const double *eta, rill_rng *rng, double *noise,
                                            double *x)
{
    distribution->type->draw(distribution, rng, noise);
    distribution->type->sample(distribution, eta, noise, x);
}

#ifdef __cplusplus
}
#endif
#endif
