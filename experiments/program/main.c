#include "experiments/program/program.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const command *const commands[] = {
    &command_run,        &command_watch,      &command_verify, &command_summary,
    &command_compare,    &command_plot,       &command_export, &command_export_policy,
    &command_evaluate,   &command_rerun,      &command_merge,  &command_list,
    &command_describe,   &command_schema,     &command_solve,  &command_rollout,
    &command_estimators, &command_statistics, &command_bench,  &command_check_env,
    &command_new,
};

enum { N_COMMANDS = sizeof commands / sizeof commands[0] };

static void print_usage(FILE *stream)
{
    fprintf(stream,
            "rill %s - reinforcement learning: environments, agents and experiments\n\n"
            "usage: rill COMMAND [arguments]\n\ncommands:\n",
            RILL_VERSION);
    for (size_t i = 0; i < N_COMMANDS; i++) {
        fprintf(stream, "  %-13s %s\n", commands[i]->name, commands[i]->summary);
    }
    fprintf(stream, "\n`rill COMMAND --help` explains a command. A first experiment:\n"
                    "  rill run experiments/suites/sutton-barto/example-6.6-cliff-walking.json\n");
}

int main(int argc, char **argv)
{
#ifdef SIGXFSZ
    signal(SIGXFSZ, SIG_IGN); // a file at the limit of its size is told of as a full disk is
#endif
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        print_usage(stdout);
        return finish_output();
    }
    if (strcmp(name, "--version") == 0) {
        printf("rill %s\n", RILL_VERSION);
        return finish_output();
    }
    const char *names[N_COMMANDS + 1] = {NULL};
    for (size_t i = 0; i < N_COMMANDS; i++) {
        if (strcmp(commands[i]->name, name) == 0) {
            return commands[i]->run(commands[i], argc - 1, argv + 1);
        }
        names[i] = commands[i]->name;
    }
    const char *nearest = rill_nearest_name(name, names);
    if (nearest != NULL) {
        fprintf(stderr, "rill: unknown command \"%s\"; did you mean \"%s\"?\n", name, nearest);
    } else {
        fprintf(stderr, "rill: unknown command \"%s\"; `rill --help` shows them\n", name);
    }
    return EXIT_USAGE;
}
