/// What the command `rill estimators` shares with the figures that it writes.
#ifndef RILL_PROGRAM_ESTIMATORS_H
#define RILL_PROGRAM_ESTIMATORS_H

#include "experiments/estimator_study.h"
#include "experiments/program/program.h"

/// Which subjects are asked for: those whose name contains one of `names`; all where there is none.
typedef struct estimator_choice {
    char **names;
    int count;
} estimator_choice;

bool is_estimator_chosen(const estimator_choice *choice, const estimator_subject *subject);

/// Writes the data of the figures as CSV into a directory, which is made where it is missing:
/// variance_sigma.csv, variance_dimension.csv, temperature.csv. What is not varied is as in `study`; a
/// figure of the other kind of objective than the study's takes "quadratic" or "cross_entropy".
/// `is_complete` is false where the relaxed distributions are not built in, and there is no
/// temperature.csv. RILL_IO, RILL_NO_MEMORY.
rill_status write_estimator_figures(const char *directory, const estimator_study *study,
                                    const estimator_choice *choice, bool *is_complete,
                                    rill_error *error);

/// Names of what a figure varies: "sigma", "dimension", "temperature"; ends with NULL.
extern const char *const estimator_varied[];

/// Draws the variance of a sample's estimate of the first parameter against what is varied, with the script and
/// its data beside the picture: points as measured, lines exact. Errors as `gnuplot_finish`; RILL_INVALID where
/// none of the chosen estimators is for it.
rill_status plot_estimator_variance(const char *path, const char *varied,
                                    const estimator_study *study, const estimator_choice *choice,
                                    rill_error *error);

#endif
