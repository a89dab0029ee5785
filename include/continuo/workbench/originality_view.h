// What `originality` and `compose --report` show of the passages that a piece shares with a collection.
#pragma once

#include <string>
#include <vector>

#include "continuo/evaluation/originality.h"
#include "continuo/page/page.h"
#include "continuo/plot/plot.h"

namespace continuo::workbench {

/// A bar is borrowed when a run of so many notes passes through it: docs/originality.md says how often that happens
/// between strangers.
inline constexpr std::size_t kBorrowedNotes = 24;

/// Pixels of a piano roll in a page: the width of its column, and high enough for a row of notes.
inline constexpr int kPageRollWidth = 900, kPageRollHeight = 360;

/// The borrowed bars, neighbours as one.
std::vector<plot::MarkedSpan> borrowed_marks(const evaluation::Originality& result, std::size_t borrowed);

/// "longest verbatim run: 24 notes, bars 3 to 8, as in jumps.mid, bar 2"
std::string longest_run_in_words(const evaluation::Originality& result);

/// "12 of 240 notes (5 %) stand in runs of 24 notes or more"
std::string covered_in_words(const evaluation::Originality& result, std::size_t borrowed);

/// Both sentences, the piano roll with the borrowed bars marked, a table of these bars, and one of all, folded.
/// `caption` stands below the picture before what it shows.
void show_originality(page::Page& page, const evaluation::Originality& result, std::size_t borrowed,
                      const page::Media& marked_roll, page::Inline caption = {});

}  // namespace continuo::workbench
