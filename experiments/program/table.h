/// A table of text with columns as wide as what is in them.
#ifndef RILL_PROGRAM_TABLE_H
#define RILL_PROGRAM_TABLE_H

#include <rill/status.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct table {
    const char *alignment; ///< a letter for each column: "l" or "r"; borrowed
    char **cells;          ///< (n_cells) row by row
    size_t n_cells, capacity;
    bool is_out_of_memory;
} table;

/// Appends a cell; `table_print` tells when there was no memory for one. Start with {.alignment = "lrr"}.
void table_add(table *t, const char *format, ...) RILL_PRINTF(2, 3);
/// Prints whole rows, two blanks between columns, and empties the table. RILL_NO_MEMORY.
rill_status table_print(table *t, rill_error *error);
/// Empties the table without printing it.
void table_clear(table *t);

#endif
