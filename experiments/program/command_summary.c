#include "experiments/program/program.h"
#include "experiments/program/ranking.h"
#include "experiments/program/report.h"
#include "experiments/program/score_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// What of the results is shown, and how.
typedef struct presentation {
    int64_t top;
    bool is_best, is_json;
} presentation;

/// Prints the configuration of the best variant.
static rill_status print_best(const rill_summary_row *ranked, size_t n,
                              const rill_store_variant *variants, rill_error *error)
{
    if (n > 0 && ranked[0].rank == 0) {
        return rill_error_set(error, RILL_INVALID, "--best",
                              "whether more or less of %s is better depends; add --higher or --lower, or "
                              "choose another --metric",
                              ranked[0].metric);
    }
    if (n == 0 || ranked[0].diverged > 0 || ranked[0].estimate.n == 0) {
        return rill_error_set(error, RILL_FAILED, "--best",
                              n > 0 && ranked[0].diverged > 0
                                  ? "no variant wins: of each, some runs diverged"
                                  : "no variant wins: none has a score");
    }
    printf("%s\n", variants[ranked[0].variant].config);
    return RILL_OK;
}

static rill_status report(const rill_scores *scores, const rill_store_variant *variants,
                          const rill_summary_row *rows, size_t n_rows, const score_choice *choice,
                          const presentation *show, rill_error *error)
{
    bool is_sweep = false;
    for (size_t i = 0; i < n_rows; i++) {
        is_sweep = is_sweep || strcmp(variants[rows[i].variant].settings, "{}") != 0;
    }
    const bool is_ranking = is_sweep || choice->metric != NULL || show->is_best || show->top >= 0;
    if (!is_ranking) {
        if (show->is_json) {
            return report_summary_json(rows, n_rows, variants, error);
        }
        report_summary(rows, n_rows);
        return RILL_OK;
    }
    const char *metric = score_choice_metric(choice, scores, error);
    if (metric == NULL) {
        return error->status;
    }
    rill_summary_row *ranked = NULL;
    size_t n_ranked = 0;
    rill_status status = ranking_create(rows, n_rows, metric, &ranked, &n_ranked, error);
    if (status == RILL_OK && show->is_best) {
        status = print_best(ranked, n_ranked, variants, error);
    } else if (status == RILL_OK && show->is_json) {
        status = choice->metric != NULL ? report_summary_json(ranked, n_ranked, variants, error)
                                        : report_summary_json(rows, n_rows, variants, error);
    } else if (status == RILL_OK) {
        const rill_score_row *model = rill_scores_find(scores, ranked[0].variant, metric);
        status = ranking_print(ranked, n_ranked, model, variants, &choice->options,
                               show->top < 0 ? DEFAULT_TOP : show->top, error);
    }
    free(ranked);
    return status;
}

static int run(const command *self, int argc, char **argv)
{
    score_choice choice = score_choice_default();
    presentation show = {.top = -1};
    const option options[] = {
        SCORE_OPTIONS(&choice),
        {"--top", OPTION_INTEGER, &show.top, "N", "rank, and show the best N (default 20; 0: all)", 0,
         1 << 30},
        {"--best", OPTION_FLAG, &show.is_best, NULL, "print the best variant as an experiment file", 0,
         0},
        {"--json", OPTION_FLAG, &show.is_json, NULL, "an array of rows", 0, 0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        return options_exit_code(n_arguments);
    }
    if (n_arguments != 1) {
        return fail_usage(self, "expected one result directory; `rill summary --help` explains");
    }
    if (score_choice_check(self, &choice) != EXIT_DONE) {
        return EXIT_USAGE;
    }
    rill_error error = {0};
    rill_store *store = NULL;
    rill_scores *scores = NULL;
    rill_summary_row *rows = NULL;
    size_t n_rows = 0;
    int32_t n_variants = 0;
    rill_status status = rill_store_open_results(&store, argv[1], &error);
    status = status == RILL_OK ? scores_read(store, &choice, INT64_MAX, &scores, &error) : status;
    if (status == RILL_OK) {
        status = rill_summarise(scores, rill_store_labels(store, &n_variants), &choice.options, &rows,
                                &n_rows, &error);
    }
    if (status == RILL_OK) {
        status = report(scores, rill_store_variants(store, &n_variants), rows, n_rows, &choice, &show,
                        &error);
    }
    int code = status == RILL_OK ? finish_output() : fail(NULL, &error);
    free(rows);
    rill_scores_destroy(scores);
    rill_store_close(store);
    return code;
}

const command command_summary = {
    .name = "summary",
    .arguments = "DIR",
    .summary = "print the means of stored results, and rank variants",
    .help = "Prints, for each agent and metric of a result directory, the mean over the end of\n"
            "training and over all runs, with standard error and 95 % confidence interval\n"
            "(Student's t). Runs that diverged are counted, not averaged;\n"
            "the number behind their count is the earliest step at which one did.\n"
            "\n"
            "Of a sweep, or with --metric, --top or --best, it ranks variants by one metric, the best\n"
            "first, and says whether the best two can be told apart and how many runs would tell.\n"
            "A variant with runs that diverged comes after all without.\n"
            "\n"
            "  rill summary results/example-6.6-cliff-walking\n"
            "  rill summary results/my-sweep --metric return --area --top 5\n"
            "  rill summary results/my-sweep --best > best.json",
    .run = run,
};
