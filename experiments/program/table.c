#include "experiments/program/table.h"

#include "experiments/program/text_width.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void table_add(table *t, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (t->n_cells == t->capacity) {
        const size_t capacity = t->capacity == 0 ? 64 : 2 * t->capacity;
        char **cells = realloc(t->cells, capacity * sizeof *cells);
        if (cells == NULL) {
            t->is_out_of_memory = true;
            return;
        }
        t->cells = cells;
        t->capacity = capacity;
    }
    char *cell = strdup(text);
    t->is_out_of_memory = t->is_out_of_memory || cell == NULL;
    if (cell != NULL) {
        t->cells[t->n_cells++] = cell;
    }
}

static int width_of(const table *t, size_t column, size_t n_columns)
{
    int width = 0;
    for (size_t i = column; i < t->n_cells; i += n_columns) {
        const int cell = text_width(t->cells[i]);
        width = cell > width ? cell : width;
    }
    return width;
}

rill_status table_print(table *t, rill_error *error)
{
    const size_t n_columns = strlen(t->alignment);
    int *widths = calloc(n_columns + 1, sizeof *widths);
    if (t->is_out_of_memory || widths == NULL) {
        free(widths);
        table_clear(t);
        return rill_error_no_memory(error);
    }
    for (size_t i = 0; i < n_columns; i++) {
        widths[i] = width_of(t, i, n_columns);
    }
    for (size_t i = 0; i < t->n_cells; i++) {
        const size_t column = i % n_columns;
        const char *cell = t->cells[i];
        if (t->alignment[column] == 'r') {
            printf("%*s%s", widths[column] - text_width(cell), "", cell);
        } else if (column + 1 < n_columns) {
            print_padded(cell, widths[column]);
        } else {
            fputs(cell, stdout);
        }
        fputs(column + 1 < n_columns ? "  " : "\n", stdout);
    }
    free(widths);
    table_clear(t);
    return RILL_OK;
}

void table_clear(table *t)
{
    for (size_t i = 0; i < t->n_cells; i++) {
        free(t->cells[i]);
    }
    free(t->cells);
    *t = (table){.alignment = t->alignment};
}
