#include "experiments/json.h"
#include "experiments/program/estimators.h"
#include "experiments/program/output_json.h"
#include "plots/gnuplot.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool is_estimator_chosen(const estimator_choice *choice, const estimator_subject *subject)
{
    bool is_any = choice->count == 0;
    for (int i = 0; i < choice->count; i++) {
        is_any = is_any || strstr(subject->name, choice->names[i]) != NULL;
    }
    return is_any;
}

/// EXIT_DONE where every name is part of a subject's name.
static int check_names(const command *self, const estimator_choice *choice)
{
    enum { MAX_NAMES = 31 };
    for (int i = 0; i < choice->count; i++) {
        const char *names[MAX_NAMES + 1] = {NULL};
        const estimator_choice one = {&choice->names[i], 1};
        bool is_known = false;
        const estimator_subject *subject = estimator_subjects();
        for (int n = 0; subject[n].name != NULL && n < MAX_NAMES; n++) {
            names[n] = subject[n].name;
            is_known = is_known || is_estimator_chosen(&one, &subject[n]);
        }
        if (!is_known) {
            const char *nearest = rill_nearest_name(choice->names[i], names);
            return fail_usage(self, "unknown estimator \"%.60s\"%s%s%s", choice->names[i],
                              nearest == NULL ? "; `rill estimators --help` shows them"
                                              : "; did you mean \"",
                              nearest == NULL ? "" : nearest, nearest == NULL ? "" : "\"?");
        }
    }
    return EXIT_DONE;
}

// ------------------------------------------------------------------------------------------ output

static void print_heading(const estimator_study *study)
{
    const objective_type *objective = study->objective;
    printf("%s: %s, k = %.15g", objective->id, objective->formula, study->k);
    if (objective->kind == RILL_SPACE_BOX) {
        printf("%s; x normal, mean %.15g, standard deviation %.15g, %d dimension%s\n",
               study->dimension == 1 ? "" : ", summed", study->mu, study->sigma, study->dimension,
               study->dimension == 1 ? "" : "s");
    } else {
        printf("; %d actions, temperature %.15g\n", study->dimension, study->temperature);
    }
    printf("%lld samples in batches of %d; variance per sample\n\n", (long long)study->samples,
           study->batch);
    printf("%-29s %-7s %10s %10s %10s %6s %11s %11s %5s %6s\n", "estimator", "by", "exact", "mean",
           "bias", "z", "variance", "exact", "f", "grad f");
}

static void print_row(const estimator_row *row)
{
    const double bias = row->mean - row->exact;
    char z[32], exact[32];
    snprintf(z, sizeof z, row->standard_error > 0.0 ? "%.1f" : "-", bias / row->standard_error);
    snprintf(exact, sizeof exact, isnan(row->exact_variance) ? "-" : "%.5g", row->exact_variance);
    printf("%-29s %-7s %10.5f %10.5f %10.5f %6s %11.5g %11s %5d %6d\n", row->subject->name,
           row->parameter, row->exact, row->mean, bias, z, row->variance, exact,
           row->values_per_sample, row->gradients_per_sample);
}

static void add_row(cJSON *array, const estimator_study *study, const estimator_row *row)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "estimator", row->subject->name);
    cJSON_AddStringToObject(object, "distribution", row->subject->distribution);
    cJSON_AddStringToObject(object, "objective", study->objective->id);
    cJSON_AddStringToObject(object, "parameter", row->parameter);
    const struct {
        const char *key;
        double value;
    } numbers[] = {
        {"exact", row->exact},
        {"mean", row->mean},
        {"standard_error", row->standard_error},
        {"bias", row->mean - row->exact},
        {"z",
         row->standard_error > 0.0 ? (row->mean - row->exact) / row->standard_error : (double)NAN},
        {"variance", row->variance},
        {"exact_variance", row->exact_variance},
        {"evaluations", row->values_per_sample},
        {"gradients", row->gradients_per_sample},
        {"samples", (double)row->samples},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        cJSON_AddItemToObject(object, numbers[i].key, json_number(numbers[i].value));
    }
    cJSON_AddItemToArray(array, object);
}

/// Measures and prints; answers the number of subjects measured, -1 after an error.
static int report(const estimator_study *study, const estimator_choice *choice, cJSON *array,
                  char *left_out, size_t size, rill_error *error)
{
    estimator_row *rows = calloc((size_t)estimator_study_rows(study), sizeof *rows);
    if (rows == NULL) {
        rill_error_no_memory(error);
        return -1;
    }
    int n_measured = 0;
    size_t used = 0;
    const estimator_subject *subject = estimator_subjects();
    for (; subject->name != NULL; subject++) {
        if (subject->kind != study->objective->kind || !is_estimator_chosen(choice, subject)) {
            continue;
        }
        rill_status status = estimator_study_measure(study, subject, rows, error);
        if (status == RILL_INVALID && used < size) {
            used += (size_t)snprintf(left_out + used, size - used, "left out %s: %s\n",
                                     subject->name, error->message);
            continue;
        }
        if (status != RILL_OK) {
            free(rows);
            return -1;
        }
        if (array == NULL && n_measured == 0) {
            print_heading(study);
        }
        n_measured++;
        for (int32_t i = 0; i < estimator_study_rows(study); i++) {
            if (array == NULL) {
                print_row(&rows[i]);
            } else {
                add_row(array, study, &rows[i]);
            }
        }
    }
    free(rows);
    return n_measured;
}

/// All that the command does once its options are read and found good.
static int study_and_write(const command *self, const estimator_study *study,
                           const estimator_choice *choice, bool is_json, const char *directory)
{
    rill_error error = {0};
    char left_out[4096] = "";
    cJSON *array = is_json ? cJSON_CreateArray() : NULL;
    int code = EXIT_DONE;
    const int n = report(study, choice, array, left_out, sizeof left_out, &error);
    if (n < 0) {
        code = fail(self->name, &error);
    } else if (n == 0) {
        left_out[strcspn(left_out, "\n")] = '\0';
        fprintf(stderr, "rill %s: nothing to measure; %s\n", self->name,
                left_out[0] == '\0' ? "none of these is for the samples of such an objective"
                                    : left_out);
        code = EXIT_CHECK_FAILED;
    } else if (is_json) {
        code = output_json(array, &error) == RILL_OK ? EXIT_DONE : fail(self->name, &error);
        array = NULL;
    } else if (left_out[0] != '\0') {
        printf("\n%s", left_out);
    }
    cJSON_Delete(array);
    bool is_complete = true;
    if (code == EXIT_DONE && directory != NULL) {
        fflush(stdout);
        if (write_estimator_figures(directory, study, choice, &is_complete, &error) != RILL_OK) {
            code = fail(directory, &error);
        } else if (!is_json) {
            printf("\nfigures' data: %s/variance_sigma.csv, variance_dimension.csv%s\n", directory,
                   is_complete ? ", temperature.csv"
                               : "; no temperature.csv without the distribution gumbel_softmax");
        }
    }
    return code == EXIT_DONE ? finish_output() : code;
}

/// Draws in place of a table; answers an exit code.
static int draw(const command *self, const estimator_study *study, const estimator_choice *choice,
                const char *picture, const char *varied)
{
    rill_error error = {0};
    const bool is_box = study->objective->kind == RILL_SPACE_BOX;
    varied = varied != NULL ? varied : is_box ? "sigma" : "temperature";
    for (size_t i = 0; estimator_varied[i] != NULL; i++) {
        if (strcmp(varied, estimator_varied[i]) == 0) {
            rill_status status = gnuplot_check_name(picture, &error);
            status = status == RILL_OK ? gnuplot_check(&error) : status;
            status = status == RILL_OK
                         ? plot_estimator_variance(picture, varied, study, choice, &error)
                         : status;
            if (status != RILL_OK) {
                return fail(self->name, &error);
            }
            printf("%s: variance over %s\n", picture, varied);
            return finish_output();
        }
    }
    return fail_usage(self, "--over: unknown \"%.40s\"; expected sigma, dimension or temperature",
                      varied);
}

static int run(const command *self, int argc, char **argv)
{
    const char *picture = NULL, *varied = NULL;
    estimator_study study = {.mu = 1.0, .sigma = 1.0, .temperature = 0.5};
    const char *objective = "quadratic", *directory = NULL;
    int64_t samples = 100000, batch = 10, dimension = 0, seed = 0;
    double k = (double)NAN;
    bool is_json = false;
    const option options[] = {
        {"--objective", OPTION_TEXT, &objective, "NAME",
         "quadratic (default), cubic, exp, cos, step; bandit, cross_entropy", 0, 0},
        {"--k", OPTION_REAL, &k, "K", "the objective's constant (each has its own default)", -1e6,
         1e6},
        {"--samples", OPTION_INTEGER, &samples, "N", "samples in all (100000)", 2, 1e12},
        {"--batch", OPTION_INTEGER, &batch, "N", "samples of one estimate (10)", 1, 1e6},
        {"--mean", OPTION_REAL, &study.mu, "MU", "mean of every dimension (1)", -1e6, 1e6},
        {"--sigma", OPTION_REAL, &study.sigma, "S", "standard deviation of every dimension (1)",
         1e-6, 1e6},
        {"--dimension", OPTION_INTEGER, &dimension, "D", "dimensions (1), or number of actions (3)",
         1, 1024},
        {"--temperature", OPTION_REAL, &study.temperature, "T",
         "of gumbel_softmax and straight_through (0.5)", 1e-3, 1e3},
        {"--seed", OPTION_INTEGER, &seed, "S", "seed of the random numbers (0)", 0,
         9007199254740992.0},
        {"--json", OPTION_FLAG, &is_json, NULL, "an array with one object a line of the table", 0,
         0},
        {"--data", OPTION_TEXT, &directory, "DIR", "write the data of three figures there, as CSV",
         0, 0},
        {"-o", OPTION_TEXT, &picture, "F.png",
         "draw the variances in place of the table: .png, .svg or .pdf, by gnuplot", 0, 0},
        {"--over", OPTION_TEXT, &varied, "NAME",
         "with -o: over sigma, dimension or temperature (the first, of actions the last)", 0, 0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        return options_exit_code(n_arguments);
    }
    const estimator_choice choice = {argv + 1, n_arguments};
    int code = check_names(self, &choice);
    if (code != EXIT_DONE) {
        return code;
    }
    rill_error error = {0};
    study.objective = objective_type_find(objective, &error);
    if (study.objective == NULL) {
        return fail_usage(self, "--objective: %s", error.message);
    }
    const bool is_box = study.objective->kind == RILL_SPACE_BOX;
    study.k = isnan(k) ? study.objective->k : k;
    study.dimension = dimension > 0 ? (int32_t)dimension : is_box ? 1 : 3;
    study.samples = samples;
    study.batch = (int32_t)batch;
    study.seed = (uint64_t)seed;
    if (samples < 2 * batch) {
        return fail_usage(self, "--samples: %lld are less than two batches of %lld",
                          (long long)samples, (long long)batch);
    }
    if (!is_box && study.dimension < 2) {
        return fail_usage(self, "--dimension: %s needs at least 2 actions", study.objective->id);
    }
    const bool is_softened = strcmp(study.objective->id, "cross_entropy") == 0;
    const bool is_bump = strcmp(study.objective->id, "exp") == 0;
    if ((is_softened && !(study.k > 0.0 && study.k <= 1.0)) || (is_bump && !(study.k >= 0.0))) {
        return fail_usage(self, "--k: %.15g is out of range for %s, allowed is %s", study.k,
                          study.objective->id, is_softened ? "above 0 to 1" : "0 and above");
    }
    if (picture != NULL && (is_json || directory != NULL)) {
        return fail_usage(self, "-o: draws; --json and --data write numbers, in another call");
    }
    if (picture == NULL && varied != NULL) {
        return fail_usage(self, "--over: says what -o F.png draws");
    }
    if (picture != NULL) {
        return draw(self, &study, &choice, picture, varied);
    }
    return study_and_write(self, &study, &choice, is_json, directory);
}

const command command_estimators = {
    .name = "estimators",
    .arguments = "[NAME]...",
    .summary = "measure estimators of the gradient of an expectation",
    .help =
        "Estimates the gradient of E[f(x)] by the parameters of the distribution of x, in every\n"
        "way that there is or those whose name contains NAME, and prints what came out beside\n"
        "what is exact. Three families, by what they differentiate:\n"
        "\n"
        "  score_function  the density: (f(x) - b) grad log p(x). Asks nothing of f; the variance\n"
        "                  hangs on the baseline b: /none, /constant (E[f] here), /running_mean,\n"
        "                  /optimal, /leave_one_out\n"
        "  pathwise        the sample: grad f(x) through x = g(parameters, noise). Needs grad f.\n"
        "                  Over actions /gumbel_softmax and /straight_through relax the sample,\n"
        "                  and are biased\n"
        "  measure_valued  the measure: f at two samples for every parameter. Needs no grad f, but\n"
        "                  four evaluations of f a dimension\n"
        "\n"
        "A line is one parameter: mu or sigma of the first dimension, eta[a] the preference of\n"
        "action a (-a / 2). z is the bias over its standard error: beyond 4 it is no accident.\n"
        "The last columns are evaluations of f and of its gradient per sample. A baseline that is\n"
        "learned starts at 0, so its first samples vary more than the exact variance.\n"
        "\n"
        "--data DIR writes variance_sigma.csv, variance_dimension.csv and temperature.csv, with\n"
        "--samples samples a point.\n"
        "\n"
        "-o F.png draws the variance of each estimator, of mu (or of eta[0]): measured as points,\n"
        "exact as lines.\n"
        "\n"
        "  rill estimators\n"
        "  rill estimators -o variance.png --over sigma\n"
        "  rill estimators --objective step --sigma 0.5\n"
        "  rill estimators score_function --dimension 100\n"
        "  rill estimators pathwise leave_one_out --objective cross_entropy --temperature 0.1",
    .run = run,
};
