// What interfaces show of pieces, as JSON.
#pragma once

#include <optional>

#include "continuo/base/error.h"
#include "studio/store.h"

namespace continuo::studio {

/// Notes, tracks, clocks and a line of facts. `composed` may be null: every note is. At most 200,000 notes.
Json score_view(const Score& score, const Composed* composed);
/// The takes of a piece, its title, what can be undone, its mixer.
Json piece_view(const Piece& piece);
/// A line of a list: title, facts of the current take, time.
Json piece_line(const Piece& piece);
Json take_view(const Piece& piece, const Take& take, const TakeMusic& music);
Json error_view(const Error& error);
/// The status of HTTP that says what an error's code says.
int status_of(ErrorCode code) noexcept;

/// "Violin in D major": what a piece is called until it has a name.
std::string natural_title(const Score& score);

/// Throws Error for a score that a page cannot show.
void check_size(const Score& score);

std::string text_of_json(const Json& json);

}  // namespace continuo::studio
