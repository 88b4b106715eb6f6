/// Measuring gradient estimators on the test objectives, beside what is exact.
#ifndef RILL_EXPERIMENTS_ESTIMATOR_STUDY_H
#define RILL_EXPERIMENTS_ESTIMATOR_STUDY_H

#include "experiments/objectives.h"

#include <stddef.h>
#include <stdint.h>

/// An estimator with its baseline, on a distribution.
typedef struct estimator_subject {
    const char *name; ///< "score_function/optimal", "pathwise", "pathwise/gumbel_softmax"
    const char *estimator, *baseline, *distribution; ///< ids; `baseline` may be NULL
    rill_space_kind kind;                            ///< of the distribution's samples
} estimator_subject;

/// What is estimated, and with how much. Of a box every dimension has the same mean and standard
/// deviation; of n actions number a has the preference -a / 2.
typedef struct estimator_study {
    const objective_type *objective;
    double k;
    int32_t dimension; ///< numbers of x
    double mu, sigma;
    double temperature; ///< of relaxed distributions
    int64_t samples;    ///< in all, at least two batches
    int32_t batch;      ///< samples of one estimate
    uint64_t seed;
    uint32_t point; ///< further key of the streams, for the points of a figure
} estimator_study;

/// One number of the gradient. By the mean and the standard deviation (not its logarithm) of the first
/// dimension, or by the preference of an action.
typedef struct estimator_row {
    const estimator_subject *subject;
    char parameter[24]; ///< "mu", "sigma", "eta[0]"
    double exact;
    double mean, standard_error; ///< of the estimates
    double variance;             ///< per sample: the variance of an estimate times the batch
    /// Likewise; of learned baselines when they are learnt. NAN: not known, of a relaxed distribution, or
    /// because f changes on lengths far below sigma.
    double exact_variance;
    int32_t values_per_sample, gradients_per_sample; ///< evaluations of f and of its gradient
    int64_t samples;
} estimator_row;

/// All subjects, for boxes first, ending with one without a name.
const estimator_subject *estimator_subjects(void);

/// Rows that a study fills: 2 for a box, one an action otherwise.
int32_t estimator_study_rows(const estimator_study *study);

/// Measures one subject, to `rows`. Subject, seed and point give the stream of random numbers.
/// RILL_INVALID: the subject is not for such an objective, or its distribution is not built in.
rill_status estimator_study_measure(const estimator_study *study, const estimator_subject *subject,
                                    estimator_row *rows, rill_error *error);

#endif
