#include "experiments/program/program.h"
#include "experiments/program/summary_report.h"

static int run(const command *self, int argc, char **argv)
{
    summary_request request = {
        .choice = score_choice_default(),
        .max_runs = INT64_MAX,
        .max_variants = INT32_MAX,
        .top = -1,
    };
    const option options[] = {
        SCORE_OPTIONS(&request.choice),
        {"--top", OPTION_INTEGER, &request.top, "N",
         "rank, and show the best N (default 20; 0: all)", 0, 1 << 30},
        {"--best", OPTION_FLAG, &request.is_best, NULL,
         "print the best variant as an experiment file, nothing else", 0, 0},
        {"--json", OPTION_FLAG, &request.is_json, NULL, "an array of rows", 0, 0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        return options_exit_code(n_arguments);
    }
    if (n_arguments != 1) {
        return fail_usage(self, "expected one result directory; `rill summary --help` explains");
    }
    if (score_choice_check(self, &request.choice) != EXIT_DONE) {
        return EXIT_USAGE;
    }
    rill_error error = {0};
    rill_store *store = NULL;
    rill_status status = rill_store_open_results(&store, argv[1], &error);
    status = status == RILL_OK ? summary_report(store, &request, &error) : status;
    int code = status == RILL_OK ? finish_output() : fail(NULL, &error);
    rill_store_close(store);
    return code;
}

const command command_summary = {
    .name = "summary",
    .arguments = "DIR",
    .summary = "print the means of stored results, and rank variants",
    .help =
        "Prints, for each agent and metric of a result directory, the mean over the end of\n"
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
