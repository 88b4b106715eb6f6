#include "experiments/program/program.h"
static int run(const command *self, int argc, char **argv){(void)argc;(void)argv;return fail_usage(self,"not yet");}
const command command_new = {.name = "new", .arguments = "env|agent NAME", .summary = "write an environment or agent of your own", .help = "", .run = run};
