/// Aggregate statistics over runs and tasks, printed.
#ifndef RILL_PROGRAM_AGGREGATES_H
#define RILL_PROGRAM_AGGREGATES_H

#include <cjson/cJSON.h>
#include <rill/statistics.h>
#include <stddef.h>

/// The scores of one method.
typedef struct scored {
    const char *label; ///< borrowed
    rill_score_matrix scores;
} scored;

typedef struct aggregate_options {
    double gamma; ///< of the optimality gap
    rill_bootstrap bootstrap;
    const double *tau; ///< (n_tau) thresholds of performance profiles, ascending
    size_t n_tau;
} aggregate_options;

/// Eleven thresholds in equal steps from the least score of all to the greatest.
enum { N_DEFAULT_TAU = 11 };
void default_tau(const scored *methods, size_t n, double tau[N_DEFAULT_TAU]);

/// A table, one line a method: mean, median, IQM, optimality gap with their intervals, and the profile
/// as a row of bars. RILL_NO_MEMORY.
rill_status aggregates_print(const scored *methods, size_t n, const aggregate_options *options,
                             rill_error *error);

/// One method as JSON, with the profile's numbers; NULL after an error. RILL_NO_MEMORY.
cJSON *aggregates_json(const scored *method, const aggregate_options *options, rill_error *error);

/// "0.9917 [0.694, 1.28]"; "-" where there is no such number.
void format_estimate(const rill_estimate *estimate, char *text, size_t size);

/// {"value", "se", "ci_low", "ci_high"}; what is not finite is null.
cJSON *estimate_json(const rill_estimate *estimate);

#endif
