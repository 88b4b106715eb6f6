/// The figures that an experiment file asks for: its "plot".
#ifndef RILL_EXPERIMENTS_FIGURES_H
#define RILL_EXPERIMENTS_FIGURES_H

#include "experiments/json.h"

#include <rill/experiment.h>

typedef enum figure_kind {
    FIGURE_CURVES,  ///< mean learning curves with confidence bands
    FIGURE_STUDY,   ///< score against a numeric setting
    FIGURE_FINAL,   ///< scores with intervals, sorted
    FIGURE_BARS,    ///< the same as bars from 0
    FIGURE_PROFILE, ///< fraction of runs above each score
    FIGURE_VALUES,  ///< what was learned, as a map or a line
    FIGURE_SURFACE, ///< what was learned, in three dimensions
    FIGURE_POLICY,  ///< the greedy actions
    FIGURE_DEFAULT, ///< by what the results are
} figure_kind;

/// Names of the kinds, FIGURE_DEFAULT not among them; ends with NULL.
extern const char *const figure_kind_names[];

/// One figure. Texts are NULL where not given; they belong to the JSON.
typedef struct figure_request {
    figure_kind kind;
    const char *metric;        ///< NULL: the usual one
    const char *agent;         ///< label; of values, surface and policy; NULL: the best
    const char *title, *x, *y; ///< in place of the usual texts
    int64_t smooth;            ///< points of a trailing mean; 0: a hundredth of a curve
} figure_request;

/// The kind called `name`. RILL_INVALID with the nearest name.
rill_status figure_kind_read(const char *name, figure_kind *kind, rill_error *error);

/// The elements of "plot" of an experiment, to a block (n) that the caller frees. RILL_INVALID with the place
/// from "plot" on, RILL_NO_MEMORY.
rill_status figures_read(const cJSON *root, figure_request **figures, size_t *n, rill_error *error);

/// Refuses figures that an experiment's results cannot have: of a metric that is not recorded, of an agent that
/// is not there.
rill_status figures_check(const rill_experiment *experiment, const cJSON *root, rill_error *error);

#endif
