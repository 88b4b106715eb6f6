/// A run of an experiment, by the installed lab.
#include <rill/experiment.h>
#include <rill/version.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    rill_error error;
    rill_run run;
    rill_experiment *experiment = NULL;
    if (strcmp(rill_version(), RILL_VERSION) != 0) {
        return 1;
    }
    if (rill_experiment_parse(&experiment,
                              "{\"environment\": {\"id\": \"cliff_walking\"}, \"agents\":"
                              " [{\"id\": \"sarsa\"}], \"stop\": {\"episodes\": 10}}",
                              NULL, &error) != RILL_OK ||
        rill_experiment_run_one(experiment, 0, 0, &run, &error) != RILL_OK) {
        fprintf(stderr, "%s: %s\n", error.path, error.message);
        return 1;
    }
    printf("%lld steps\n", (long long)run.steps);
    rill_run_clear(&run);
    rill_experiment_destroy(experiment);
    return 0;
}
