#include "experiments/program/output_json.h"
#include "experiments/program/program.h"

#include <cjson/cJSON.h>
#include <rill/check.h>
#include <stdio.h>
#include <stdlib.h>

static void print_finding(void *context, const rill_check_finding *finding)
{
    (void)context;
    switch (finding->result) {
    case RILL_CHECK_OK:
        printf("ok    %-18s %s\n", finding->check, finding->meaning);
        break;
    case RILL_CHECK_FAILED:
        printf("FAIL  %-18s %s\n      %s\n", finding->check, finding->meaning, finding->message);
        break;
    case RILL_CHECK_NOT_OFFERED:
        printf("-     %-18s not offered: %s\n", finding->check, finding->message);
        break;
    }
    fflush(stdout);
}

static void add_finding(void *context, const rill_check_finding *finding)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "check", finding->check);
    cJSON_AddBoolToObject(object, "pass", finding->result != RILL_CHECK_FAILED);
    cJSON_AddStringToObject(object, "message", finding->message);
    cJSON_AddBoolToObject(object, "offered", finding->result != RILL_CHECK_NOT_OFFERED);
    cJSON_AddStringToObject(object, "meaning", finding->meaning);
    cJSON_AddItemToArray(context, object);
}

/// EXIT_DONE, or EXIT_CHECK_FAILED where a check failed.
static int check_env(const char *id, const rill_env *env, const rill_check_options *options,
                     bool is_json)
{
    rill_error error = {0};
    rill_status status = RILL_OK;
    if (is_json) {
        cJSON *array = cJSON_CreateArray();
        status = rill_env_check(env, options, add_finding, array, &error);
        const rill_status printed = output_json(array, status == RILL_OK ? &error : NULL);
        status = status == RILL_OK ? printed : status;
    } else {
        status = rill_env_check(env, options, print_finding, NULL, &error);
    }
    if (finish_output() != EXIT_DONE) {
        return EXIT_IO;
    }
    return status == RILL_OK ? EXIT_DONE : fail(id, &error);
}

static int run(const command *self, int argc, char **argv)
{
    rill_check_options given = rill_check_defaults();
    option_list params = {0};
    int64_t seed = 0, steps = given.steps, samples = given.samples;
    bool is_json = false;
    const option options[] = {
        {"--param", OPTION_REPEATED, &params, "NAME=VALUE",
         "set a parameter; rows of text from a file: NAME=@FILE", 0, 0},
        {"--seed", OPTION_INTEGER, &seed, "S", "of the environment and of the actions (0)", 0,
         9007199254740992.0},
        {"--steps", OPTION_INTEGER, &steps, "N", "of random play in a check (2000)", 1, 1e8},
        {"--samples", OPTION_INTEGER, &samples, "N", "steps held against the model (500000)", 1,
         1e9},
        {"--json", OPTION_FLAG, &is_json, NULL, "an array of objects with check, pass, message", 0,
         0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    int code = EXIT_USAGE;
    rill_env *env = NULL;
    rill_error error = {0};
    int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        code = options_exit_code(n_arguments);
    } else if (n_arguments != 1) {
        fail_usage(self, "expected one environment; `rill list envs` shows them");
    } else if (create_env(&env, argv[1], params.items, &error) != RILL_OK) {
        code = fail(self->name, &error);
    } else {
        given.seed = (uint64_t)seed;
        given.steps = (int32_t)steps;
        given.samples = (int32_t)samples;
        code = check_env(argv[1], env, &given, is_json);
    }
    rill_env_destroy(env);
    options_release(options);
    return code;
}

const command command_check_env = {
    .name = "check-env",
    .arguments = "ENV",
    .summary = "check that an environment keeps what its users rely on",
    .help =
        "Plays at random and holds what is seen against the environment's own description: the\n"
        "same seed must give the same bytes, observations lie in their space, copies have the\n"
        "same future, batches do what single environments do, and an exact model has the\n"
        "probabilities, rewards and ends of the steps. Of what the environment does not offer,\n"
        "nothing is checked. A failure says what was seen, where, and what to do; the exit code\n"
        "is then 1. A correct model fails with probability 1e-6.\n"
        "\n"
        "  rill check-env cliff_walking\n"
        "  rill check-env FrozenLake-v1 --param success_rate=0.5 --json",
    .run = run,
};
