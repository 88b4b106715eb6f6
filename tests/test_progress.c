// How `rill run` tells how far it is: on a terminal, which the test plays, in JSON, and in a pipe.
#define _XOPEN_SOURCE 700 // pseudo-terminals

#include "tests/program.h"

#include <cjson/cJSON.h>
#include <sys/ioctl.h>

/// With as many runs as are wanted, of some milliseconds each.
#define EXPERIMENT(runs)                                                                               \
    "{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'sarsa', 'label': 'Sarsa'}, {'id': "   \
    "'q_learning', 'label': 'Q-learning α, with a label that goes on and on and on and on'}, {'id': " \
    "'expected_sarsa'}], 'sweep': [{'path': 'agents[*].params.alpha', 'values': [0.1, 0.5]}], "        \
    "'stop': {'steps': 30000}, 'runs': " #runs "}"

/// What a program wrote to standard error.
typedef struct output {
    char *text; ///< (size), with a 0 after it
    size_t size;
    int code;
} output;

static void append(output *o, const char *bytes, size_t n)
{
    o->text = realloc(o->text, o->size + n + 1);
    memcpy(o->text + o->size, bytes, n);
    o->size += n;
    o->text[o->size] = '\0';
}

static int count_of(const char *text, const char *part)
{
    int n = 0;
    for (; (text = strstr(text, part)) != NULL; text += strlen(part)) {
        n++;
    }
    return n;
}

/// Runs the program with standard error connected to the other side of `from`, and interrupts it once it has
/// written `until` three times (NULL: lets it end). `variables` ("NAME=value", ends with NULL) are the only ones
/// of its environment that progress looks at.
static output run_into(int from, const char *to, const char *const *variables,
                       const char *const *arguments, const char *until)
{
    static const char *const looked_at[] = {"LC_ALL", "LC_CTYPE", "LANG",    "COLUMNS",
                                            "LINES",  "TERM",     "NO_COLOR"};
    const char *argv[32] = {RILL_PROGRAM};
    for (int i = 0; arguments[i] != NULL; i++) {
        argv[i + 1] = arguments[i];
    }
    const pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        const int err = open(to, O_WRONLY | O_NOCTTY), out = open("/dev/null", O_WRONLY);
        for (size_t i = 0; i < sizeof looked_at / sizeof looked_at[0]; i++) {
            unsetenv(looked_at[i]);
        }
        for (; *variables != NULL; variables++) {
            putenv((char *)(uintptr_t)*variables);
        }
        if (err < 0 || out < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0) {
            _exit(126);
        }
        close(err);
        execv(RILL_PROGRAM, (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    output o = {0};
    append(&o, "", 0);
    int status = 0;
    bool is_over = false, is_interrupted = false;
    while (!is_over) { // what is there once the program has ended is read to its end
        is_over = waitpid(pid, &status, WNOHANG) == pid;
        char bytes[4096];
        ssize_t n = 0;
        while ((n = read(from, bytes, sizeof bytes)) > 0) {
            append(&o, bytes, (size_t)n);
        }
        if (until != NULL && !is_interrupted && count_of(o.text, until) >= 3) {
            kill(pid, SIGINT);
            is_interrupted = true;
        }
        nanosleep(&(struct timespec){0, 2000000}, NULL);
    }
    close(from);
    o.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return o;
}

static output run_on_terminal(int columns, int lines, const char *const *variables,
                              const char *const *arguments, const char *until)
{
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    ck_assert(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    const struct winsize size = {.ws_row = (unsigned short)lines,
                                 .ws_col = (unsigned short)columns};
    // the size stays only as long as the other side is open somewhere
    const int other = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    ck_assert_int_eq(ioctl(other, TIOCSWINSZ, &size), 0);
    const output o = run_into(terminal, ptsname(terminal), variables, arguments, until);
    close(other);
    return o;
}

// ---- the terminal ----

enum { MAX_COLUMNS = 200, MAX_LINES = 60 };

typedef struct screen {
    int columns, lines;
    uint32_t cells[MAX_LINES][MAX_COLUMNS]; ///< code points
    int row, column;
    int n_pictures, greatest; ///< how often the cursor went back; by how much at most
    char picture[1 << 14];    ///< the last one before it did, in UTF-8
    bool has_color;
} screen;

static void erase_line(screen *s, int row, int from)
{
    for (int column = from; column < s->columns; column++) {
        s->cells[row][column] = ' ';
    }
}

static bool is_blank(const screen *s)
{
    for (int row = 0; row < s->lines; row++) {
        for (int column = 0; column < s->columns; column++) {
            if (s->cells[row][column] != ' ') {
                return false;
            }
        }
    }
    return true;
}

static void take_picture(screen *s)
{
    size_t used = 0;
    for (int row = 0; row < s->lines; row++) {
        for (int column = 0; column < s->columns; column++) {
            const uint32_t code = s->cells[row][column];
            char *at = s->picture + used;
            if (code < 0x80) {
                *at = (char)code;
                used++;
            } else if (code < 0x800) {
                at[0] = (char)(0xc0 | code >> 6);
                at[1] = (char)(0x80 | (code & 63));
                used += 2;
            } else {
                at[0] = (char)(0xe0 | code >> 12);
                at[1] = (char)(0x80 | (code >> 6 & 63));
                at[2] = (char)(0x80 | (code & 63));
                used += 3;
            }
        }
        s->picture[used++] = '\n';
    }
    s->picture[used] = '\0';
}

/// ESC [ number letter, or several numbers of a colour; answers what comes after it.
static const char *obey(screen *s, const char *at)
{
    char *end = NULL;
    const int number = (int)strtol(at + 2, &end, 10);
    while (*end == ';') {
        strtol(end + 1, &end, 10);
    }
    switch (*end) {
    case 'A':
        ck_assert_int_le(number, s->row);
        take_picture(s);
        s->n_pictures++;
        s->greatest = number > s->greatest ? number : s->greatest;
        s->row -= number;
        break;
    case 'K':
        erase_line(s, s->row, s->column);
        break;
    case 'J':
        erase_line(s, s->row, s->column);
        for (int row = s->row + 1; row < s->lines; row++) {
            erase_line(s, row, 0);
        }
        break;
    case 'm':
        s->has_color = true;
        break;
    default:
        ck_abort_msg("unknown sequence %.8s", at + 1);
    }
    return end + 1;
}

/// Shows all that was written; a line that does not fit, or a picture that scrolls, is a failure.
static screen *show(const output *o, int columns, int lines)
{
    screen *s = calloc(1, sizeof *s);
    s->columns = columns;
    s->lines = lines;
    for (int row = 0; row < lines; row++) {
        erase_line(s, row, 0);
    }
    for (const char *at = o->text; *at != '\0';) {
        const unsigned char c = (unsigned char)*at;
        if (c == 27) {
            at = obey(s, at);
            continue;
        }
        if (c == '\r') {
            s->column = 0;
        } else if (c == '\n') {
            s->row++;
            ck_assert_msg(s->row < lines, "the picture scrolls: %.2000s",
                          at < o->text + 1000 ? o->text : at - 1000);
        } else if ((c & 0xc0) == 0x80) { // the rest of a character
            uint32_t *cell = &s->cells[s->row][s->column - 1];
            *cell = *cell << 6 | (c & 63);
        } else {
            ck_assert_msg(s->column < columns - 1, "a line is too wide: %.2000s",
                          at < o->text + 1000 ? o->text : at - 1000);
            s->cells[s->row][s->column++] = c < 0x80 ? c : c < 0xe0 ? c & 31u : c & 15u;
        }
        at++;
    }
    return s;
}

/// What a command shows until it is interrupted after some pictures.
static screen *watch_command(int columns, int lines, const char *const *variables,
                             const char *const *run_it)
{
    enter_fresh_directory();
    write_json("x.json", EXPERIMENT(100000));
    output o = run_on_terminal(columns, lines, variables, run_it, "\033[J");
    ck_assert_int_eq(o.code, 3);
    char *message = strstr(o.text, "rill: interrupted");
    ck_assert_ptr_nonnull(message);
    *message = '\0'; // it is for the whole width of a terminal
    screen *s = show(&o, columns, lines);
    ck_assert_int_ge(s->n_pictures, 3);
    ck_assert(is_blank(s)); // nothing is left
    free(o.text);
    return s;
}

static screen *watch(int columns, int lines, const char *const *variables)
{
    static const char *const run_it[] = {"run", "x.json", "--threads", "2", "--out", "out", NULL};
    return watch_command(columns, lines, variables, run_it);
}

#define ASSERT_SHOWS(s, part) \
    ck_assert_msg(strstr((s)->picture, part) != NULL, "no \"%s\" in\n%s", part, (s)->picture)
#define ASSERT_HIDES(s, part) \
    ck_assert_msg(strstr((s)->picture, part) == NULL, "\"%s\" in\n%s", part, (s)->picture)

START_TEST(test_wide)
{
    static const char *const variables[] = {"TERM=xterm", "LANG=C.UTF-8", NULL};
    static const char *const parts[] = {
        "Sarsa, alpha=0.1 ",
        "expected_sarsa, alpha=0.5",
        "Q-learning α, with a label that goes on and on and on and on, alpha=0.1",
        "/100000  ..........  ",
        "/s  ",
        " left  return -",
        "█",
        "/600000 runs, ",
        " steps/s, "};
    screen *s = watch(170, 20, variables);
    ck_assert_int_eq(s->greatest, 7); // six variants and all
    ck_assert(s->has_color);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        ASSERT_SHOWS(s, parts[i]);
    }
    free(s);
}
END_TEST

/// Without colours, without UTF-8 and without room.
START_TEST(test_narrow)
{
    static const struct {
        int columns, lines;
        const char *variables[4];
        int height; ///< of the picture
        const char *shown, *hidden;
    } cases[] = {
        {150, 20, {"TERM=xterm", "LC_ALL=C", "NO_COLOR=1"}, 7, "#", "█"},
        {80, 6, {"TERM=xterm", "LANG=C.UTF-8"}, 5, "; 2 more variants", ".."},
        {80, 20, {"TERM=xterm", "LANG=C.UTF-8"}, 7, "d on, 0.5 ", "alpha="}, // a label's end tells
        {32, 20, {"TERM=xterm", "LANG=C.UTF-8"}, 7, "Q-lear~", "return"},
        {150, 2, {"TERM=xterm", "LANG=C.UTF-8"}, 1, "; 6 more variants", "Sarsa"},
        {8, 20, {"TERM=xterm"}, 7, "Sa~ 0.1", "/100000"},
        {150, 20, {"TERM=xterm", "COLUMNS=30", "LINES=4"}, 3, "/100000", "return"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        screen *s = watch(cases[i].columns, cases[i].lines, cases[i].variables);
        ck_assert_int_eq(s->greatest, cases[i].height);
        ck_assert(s->has_color ==
                  (cases[i].columns == 80)); // elsewhere what has colours is left out
        ASSERT_SHOWS(s, cases[i].shown);
        ASSERT_HIDES(s, cases[i].hidden);
        free(s);
    }
}
END_TEST

/// Nothing where it is not wanted.
START_TEST(test_quiet)
{
    static const char *const quiet[] = {"run", "x.json", "--quiet", "--out", "out", NULL};
    static const char *const json[] = {"run", "x.json", "--json", "--out", "out2", NULL};
    static const char *const log[] = {"run", "x.json", "--out", "out3", NULL};
    static const char *const xterm[] = {"TERM=xterm", NULL}, *const dumb[] = {"TERM=dumb", NULL};
    enter_fresh_directory();
    write_json("x.json", EXPERIMENT(12));
    const struct {
        const char *const *variables, *const *arguments;
    } cases[] = {{xterm, quiet}, {xterm, json}, {dumb, log}};
    for (size_t i = 0; i < 3; i++) {
        output o = run_on_terminal(80, 24, cases[i].variables, cases[i].arguments, NULL);
        ck_assert_int_eq(o.code, 0);
        ck_assert_str_eq(o.text, "");
        free(o.text);
    }
}
END_TEST

/// Maps of what is learned, as many as there is room for besides some lines of variants.
START_TEST(test_live)
{
    static const char *const live[] = {"run", "x.json", "--threads", "2",      "--out",
                                       "out", "--live", "--runs",    "100000", NULL};
    static const struct {
        int columns, lines;
        const char *variables[3];
        int n_maps;
        const char *shown, *hidden;
    } cases[] = {
        {90, 40, {"TERM=xterm", "LANG=C.UTF-8"}, 4, "░░░░░░░░", "+--"},
        {90, 20, {"TERM=xterm"}, 2, "!!!!!!!!", "┌"},
        {90, 12, {"TERM=xterm"}, 0, "/600000 runs", "!!"},
        {50, 30, {"TERM=xterm"}, 2, "|S!!!!!!!!!!G|", "S^"}, // one character a cell
        {13, 30, {"TERM=xterm"}, 0, "/600", "|"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        screen *s = watch_command(cases[i].columns, cases[i].lines, cases[i].variables, live);
        ck_assert_int_ge(s->greatest, 7 * cases[i].n_maps);
        if (cases[i].n_maps > 0) {
            ASSERT_SHOWS(s, ": greedy policy");
        }
        ASSERT_SHOWS(s, cases[i].shown);
        ASSERT_HIDES(s, cases[i].hidden);
        ck_assert_int_lt(s->greatest, cases[i].lines);
        free(s);
    }
}
END_TEST

/// At a pace, and where it cannot be.
START_TEST(test_pace)
{
    static const char *const xterm[] = {"TERM=xterm", NULL}, *const dumb[] = {"TERM=dumb", NULL};
    static const char *const paced[] = {
        "run", "x.json", "--out", "out",   "--live",         "--runs",
        "1",   "--pace", "150",   "--set", "stop.steps=150", NULL};
    static const char *const live[] = {"run", "x.json", "--out", "out", "--live", NULL};
    static const char *const quiet[] = {"run", "x.json", "--out", "out", "--live", "--json", NULL};
    static const char *const other[] = {"run", "y.json", "--out", "out", "--live", NULL};
    enter_fresh_directory();
    write_json("x.json", EXPERIMENT(1));
    write_json("y.json", "{'environment': {'id': 'blackjack'}, 'agents': [{'id': 'q_learning'}], "
                         "'stop': {'episodes': 10}}");
    output o = run_on_terminal(90, 40, xterm, paced, NULL);
    ck_assert_int_eq(o.code, 0);
    ck_assert_int_ge(count_of(o.text, "\033[J"), 3); // six runs of a second, at 150 steps a second
    free(o.text);
    const struct {
        const char *const *variables, *const *arguments;
        const char *message;
    } cases[] = {{dumb, live, "no terminal"},
                 {xterm, quiet, "leave out --quiet, --json"},
                 {xterm, other, "blackjack is none"}};
    for (size_t i = 0; i < 3; i++) {
        o = run_on_terminal(80, 24, cases[i].variables, cases[i].arguments, NULL);
        ck_assert_int_eq(o.code, 2);
        ck_assert_msg(strstr(o.text, cases[i].message) != NULL, "%s", o.text);
        free(o.text);
    }
}
END_TEST

// ---- JSON ----

static const cJSON *member(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    ck_assert_msg(item != NULL, "no %s", key);
    return item;
}

static double number(const cJSON *object, const char *key)
{
    ck_assert_msg(cJSON_IsNumber(member(object, key)), "%s", key);
    return member(object, key)->valuedouble;
}

/// Checks one line; answers the event's name.
static const char *check_event(const cJSON *event, int of, double *runs, double *steps)
{
    static const char *const names[] = {"progress", "run", "end"};
    const char *name = cJSON_GetStringValue(member(event, "event"));
    ck_assert(number(event, "runs") >= *runs && number(event, "of") == (double)of);
    *runs = number(event, "runs");
    ck_assert(number(event, "seconds") >= 0.0);
    if (strcmp(name, "run") == 0) {
        ck_assert_uint_eq(strlen(cJSON_GetStringValue(member(event, "hash"))), 16);
        ck_assert_str_eq(cJSON_GetStringValue(member(event, "status")), "done");
        ck_assert(number(event, "run") < of / 6 && number(event, "steps") == 30000);
        ck_assert(number(event, "episodes") > 0 && number(event, "wall_seconds") > 0);
        *steps += number(event, "steps");
        return names[1];
    }
    ck_assert(number(event, "steps_per_second") >= 0.0);
    if (strcmp(name, "end") == 0) {
        const bool is_done = strcmp(cJSON_GetStringValue(member(event, "status")), "done") == 0;
        ck_assert(number(event, "steps") >= *steps); // with those of runs that were cut short
        ck_assert(!is_done || number(event, "steps") == *steps);
        return names[2];
    }
    ck_assert_str_eq(name, "progress");
    const cJSON *variant = NULL;
    member(event, "seconds_left");
    cJSON_ArrayForEach (variant, member(event, "running")) {
        ck_assert(number(variant, "running") >= 1 && number(variant, "of") == of / 6);
        ck_assert(number(variant, "runs") < of / 6 && cJSON_IsString(member(variant, "label")));
        ck_assert_str_eq(cJSON_GetStringValue(member(variant, "metric")), "return");
        member(variant, "value");
        member(variant, "seconds_left");
    }
    return names[0];
}

/// Checks all lines; answers the status of the end.
static void check_events(output *o, int of, const char *status, int *n_runs, int *n_progress)
{
    double runs = 0.0, steps = 0.0;
    const char *last = "";
    *n_runs = *n_progress = 0;
    for (char *line = strtok(o->text, "\r\n"); line != NULL; line = strtok(NULL, "\r\n")) {
        if (strcmp(last, "end") == 0) { // a message for people may follow
            ck_assert(line[0] != '{');
            continue;
        }
        cJSON *event = cJSON_Parse(line);
        ck_assert_msg(event != NULL, "no JSON: %s", line);
        last = check_event(event, of, &runs, &steps);
        *n_runs += strcmp(last, "run") == 0;
        *n_progress += strcmp(last, "progress") == 0;
        if (strcmp(last, "end") == 0) {
            ck_assert_str_eq(cJSON_GetStringValue(member(event, "status")), status);
        }
        cJSON_Delete(event);
    }
    ck_assert_str_eq(last, "end");
    free(o->text);
}

START_TEST(test_json)
{
    static const char *const arguments[] = {"run", "x.json", "--json-progress", "--quiet", "--out",
                                            "out", NULL};
    static const char *const none[] = {NULL};
    int n_runs = 0, n_progress = 0;
    enter_fresh_directory();
    write_json("x.json", EXPERIMENT(12));
    output o = run_on_terminal(80, 24, none, arguments, NULL);
    ck_assert_int_eq(o.code, 0);
    check_events(&o, 72, "done", &n_runs, &n_progress);
    ck_assert_int_eq(n_runs, 72);
    enter_fresh_directory();
    write_json("x.json", EXPERIMENT(100000));
    o = run_on_terminal(80, 24, none, arguments, "\"progress\"");
    ck_assert_int_eq(o.code, 3);
    check_events(&o, 600000, "interrupted", &n_runs, &n_progress);
    ck_assert(n_runs > 0 && n_progress >= 3);
    // to go on, the results are not to be forgotten again
    static const char *const anew[] = {"run", "x.json", "--json-progress", "--restart", "--out",
                                       "out", NULL};
    o = run_on_terminal(80, 24, none, anew, "\"progress\"");
    ck_assert_ptr_nonnull(strstr(o.text, "the same command without --restart goes on"));
    free(o.text);
}
END_TEST

TEST_MAIN_WITH_FILES(test_wide, test_narrow, test_quiet, test_live, test_pace, test_json)
