#include "experiments/program/estimators.h"

#include "plots/gnuplot.h"

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

static void print_row(void *context, double point, const estimator_study *study,
                      const estimator_row *row)
{
    FILE *file = context;
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

/// What is done with each row.
typedef void row_function(void *context, double point, const estimator_study *study,
                          const estimator_row *row);

/// Measures every chosen subject at every point.
static rill_status measure_figure(const figure *self, const estimator_study *given,
                                  const estimator_choice *choice, row_function *visit,
                                  void *context, rill_error *error)
{
    estimator_study study = *given;
    if (study.objective->kind != self->kind) {
        study.objective = objective_type_find(self->objective, error);
        study.k = study.objective->k;
        study.dimension = self->kind == RILL_SPACE_BOX ? 1 : ACTIONS;
    }
    for (int p = 0; p < self->n_points; p++) {
        self->set(&study, self->points[p]);
        study.point = (uint32_t)p + 1;
        estimator_row *rows = calloc((size_t)estimator_study_rows(&study), sizeof *rows);
        if (rows == NULL) {
            return rill_error_no_memory(error);
        }
        const estimator_subject *subject = estimator_subjects();
        for (; subject->name != NULL; subject++) {
            if (!is_estimator_chosen(choice, subject) ||
                estimator_study_measure(&study, subject, rows, NULL) != RILL_OK) {
                continue;
            }
            for (int32_t i = 0; i < estimator_study_rows(&study); i++) {
                visit(context, self->points[p], &study, &rows[i]);
            }
        }
        free(rows);
    }
    return RILL_OK;
}

static rill_status print_figure(FILE *file, const figure *self, const estimator_study *study,
                                const estimator_choice *choice, rill_error *error)
{
    fprintf(file,
            "%s,objective,estimator,distribution,parameter,exact,mean,bias,standard_error,variance,"
            "exact_variance,evaluations,gradients,samples\n",
            self->varied);
    return measure_figure(self, study, choice, print_row, file, error);
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

// ------------------------------------------------------------------------------------------- a picture

const char *const estimator_varied[] = {"sigma", "dimension", "temperature", NULL};

enum { MAX_CURVES = 12 };

/// The variances of one subject.
typedef struct curve {
    const estimator_subject *subject;
    int n;
    struct {
        double at, measured, exact;
    } points[MAX_POINTS];
} curve;

typedef struct curves {
    curve items[MAX_CURVES];
    size_t n;
    char objective[160], parameter[24];
} curves;

/// Keeps the variance of the first parameter.
static void keep_row(void *context, double point, const estimator_study *study,
                     const estimator_row *row)
{
    curves *all = context;
    if (all->parameter[0] == '\0') {
        snprintf(all->parameter, sizeof all->parameter, "%s", row->parameter);
        snprintf(all->objective, sizeof all->objective, "f(x) = %s, k = %.6g",
                 study->objective->formula, study->k);
    }
    if (strcmp(row->parameter, all->parameter) != 0) {
        return;
    }
    size_t i = 0;
    while (i < all->n && all->items[i].subject != row->subject) {
        i++;
    }
    if (i < MAX_CURVES) {
        curve *own = &all->items[i];
        all->n = i == all->n ? i + 1 : all->n;
        own->subject = row->subject;
        own->points[own->n].at = point;
        own->points[own->n].measured = row->variance;
        own->points[own->n++].exact = row->exact_variance;
    }
}

static void draw_curves(gnuplot *picture, const curves *all)
{
    const char *labels[MAX_CURVES];
    for (size_t i = 0; i < all->n; i++) {
        const curve *own = &all->items[i];
        labels[i] = own->subject->name;
        gnuplot_block(picture, labels[i]);
        fprintf(picture->data, "# setting measured exact\n");
        for (int k = 0; k < own->n; k++) {
            fprintf(picture->data, "%.17g %.10g %.10g\n", own->points[k].at,
                    own->points[k].measured, own->points[k].exact);
        }
    }
    FILE *script = picture->script;
    gnuplot_legend(picture, labels, all->n);
    fprintf(script, "set logscale xy\nset xtics (");
    for (int k = 0; all->n > 0 && k < all->items[0].n; k++) {
        fprintf(script, "%s%g", k == 0 ? "" : ", ", all->items[0].points[k].at);
    }
    fprintf(script,
            ")\nset xrange [*:*] noextend\nset offsets graph 0.03, graph 0.03, 0, 0\ndata = ");
    gnuplot_print_text(script, picture->data_name);
    fprintf(script, "\n\nplot");
    for (size_t i = 0; i < all->n; i++) {
        const bool is_exact = !isnan(all->items[i].points[0].exact);
        if (is_exact) {
            fprintf(script, " \\\n  data index %zu using 1:3 with lines linetype %zu notitle,", i,
                    i + 1);
        }
        fprintf(script,
                " \\\n  data index %zu using 1:2 with %s linetype %zu pointsize 0.9 * point title ",
                i, is_exact ? "points" : "linespoints", i + 1);
        gnuplot_print_text(script, labels[i]);
        fprintf(script, i + 1 < all->n ? "," : "\n");
    }
}

rill_status plot_estimator_variance(const char *path, const char *varied,
                                    const estimator_study *study, const estimator_choice *choice,
                                    rill_error *error)
{
    size_t f = 0;
    while (strcmp(figures[f].varied, varied) != 0) {
        f++;
    }
    curves all = {.n = 0};
    rill_status status = measure_figure(&figures[f], study, choice, keep_row, &all, error);
    if (status == RILL_OK && all.n == 0) {
        status = rill_error_set(error, RILL_INVALID, "",
                                "none of the chosen estimators can be measured over %s", varied);
    }
    if (status != RILL_OK) {
        return status;
    }
    char subtitle[320], x[48], y[64];
    snprintf(subtitle, sizeof subtitle,
             "%s; points: measured in %lld samples each, lines: exact, where it is known",
             all.objective, (long long)study->samples);
    snprintf(y, sizeof y, "variance a sample, by %s", all.parameter);
    snprintf(x, sizeof x, "%s (log scale)", varied);
    const gnuplot_frame frame = {
        .title = "Variance of gradient estimators", .subtitle = subtitle, .x = varied, .y = y};
    gnuplot picture;
    status = gnuplot_open(&picture, path, &frame, error);
    if (status == RILL_OK) {
        draw_curves(&picture, &all);
        status = gnuplot_finish(&picture, error);
    }
    return status;
}
