#include "experiments/program/estimators.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { ACTIONS = 3, MAX_POINTS = 16 };

/// One figure: a number that is varied, and the values that it takes.
typedef struct figure {
    const char *file, *varied;
    const char *objective; ///< where the study's is of the other kind
    rill_space_kind kind;
    void (*set)(estimator_study *study, double value);
    int n_points;
    double points[MAX_POINTS];
} figure;

static void set_sigma(estimator_study *study, double value)
{
    study->sigma = value;
}

static void set_dimension(estimator_study *study, double value)
{
    study->dimension = (int32_t)value;
}

static void set_temperature(estimator_study *study, double value)
{
    study->temperature = value;
}

static const figure figures[] = {
    {"variance_sigma.csv",
     "sigma",
     "quadratic",
     RILL_SPACE_BOX,
     set_sigma,
     11,
     {0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0}},
    {"variance_dimension.csv",
     "dimension",
     "quadratic",
     RILL_SPACE_BOX,
     set_dimension,
     6,
     {1.0, 2.0, 4.0, 8.0, 16.0, 32.0}},
    {"temperature.csv",
     "temperature",
     "cross_entropy",
     RILL_SPACE_DISCRETE,
     set_temperature,
     10,
     {0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 2.0, 3.0, 5.0}},
};

/// A number, nothing where it is not known.
static void print_number(FILE *file, double value)
{
    if (isnan(value)) {
        fputs(",", file);
    } else {
        fprintf(file, ",%.17g", value);
    }
}

static void print_row(FILE *file, double point, const estimator_study *study,
                      const estimator_row *row)
{
    fprintf(file, "%.17g,%s,%s,%s,%s", point, study->objective->id, row->subject->name,
            row->subject->distribution, row->parameter);
    print_number(file, row->exact);
    print_number(file, row->mean);
    print_number(file, row->mean - row->exact);
    print_number(file, row->standard_error);
    print_number(file, row->variance);
    print_number(file, row->exact_variance);
    fprintf(file, ",%d,%d,%lld\n", row->values_per_sample, row->gradients_per_sample,
            (long long)row->samples);
}

/// Measures every chosen subject at every point.
static rill_status print_figure(FILE *file, const figure *self, const estimator_study *given,
                                const estimator_choice *choice, rill_error *error)
{
    estimator_study study = *given;
    if (study.objective->kind != self->kind) {
        study.objective = objective_type_find(self->objective, error);
        study.k = study.objective->k;
        study.dimension = self->kind == RILL_SPACE_BOX ? 1 : ACTIONS;
    }
    fprintf(file,
            "%s,objective,estimator,distribution,parameter,exact,mean,bias,standard_error,variance,"
            "exact_variance,evaluations,gradients,samples\n",
            self->varied);
    for (int p = 0; p < self->n_points; p++) {
        self->set(&study, self->points[p]);
        study.point = (uint32_t)p + 1;
        estimator_row *rows = calloc((size_t)estimator_study_rows(&study), sizeof *rows);
        if (rows == NULL) {
            return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
        }
        const estimator_subject *subject = estimator_subjects();
        for (; subject->name != NULL; subject++) {
            if (!is_estimator_chosen(choice, subject) ||
                estimator_study_measure(&study, subject, rows, NULL) != RILL_OK) {
                continue;
            }
            for (int32_t i = 0; i < estimator_study_rows(&study); i++) {
                print_row(file, self->points[p], &study, &rows[i]);
            }
        }
        free(rows);
    }
    return RILL_OK;
}

static rill_status write_figure(const char *directory, const figure *self,
                                const estimator_study *study, const estimator_choice *choice,
                                rill_error *error)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", directory, self->file) >= (int)sizeof path) {
        return rill_error_set(error, RILL_IO, "", "the path is too long");
    }
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        return rill_error_set(error, RILL_IO, "", "cannot write %.200s: %s", path, strerror(errno));
    }
    rill_status status = print_figure(file, self, study, choice, error);
    const bool is_lost = fflush(file) != 0 || ferror(file) != 0;
    const int reason = errno;
    if (fclose(file) != 0 || is_lost) {
        status =
            rill_error_set(error, RILL_IO, "", "cannot write %.200s: %s", path, strerror(reason));
    }
    if (status != RILL_OK) {
        remove(path); // nothing half-written
    }
    return status;
}

rill_status write_estimator_figures(const char *directory, const estimator_study *study,
                                    const estimator_choice *choice, bool *is_complete,
                                    rill_error *error)
{
    if (mkdir(directory, 0777) != 0 && errno != EEXIST) {
        return rill_error_set(error, RILL_IO, "", "cannot make the directory: %s", strerror(errno));
    }
    *is_complete = rill_distribution_type_find("gumbel_softmax", NULL) != NULL ||
                   rill_distribution_type_find("straight_through", NULL) != NULL;
    rill_status status = RILL_OK;
    for (size_t i = 0; i < sizeof figures / sizeof figures[0] && status == RILL_OK; i++) {
        if (figures[i].set != set_temperature || *is_complete) {
            status = write_figure(directory, &figures[i], study, choice, error);
        }
    }
    return status;
}
