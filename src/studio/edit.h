// Changes by hand.
#pragma once

#include "studio/store.h"

namespace continuo::studio {

/// Applies the changes of docs/http-api.md ("add", "remove", "change", "instrument") in their order; notes are counted
/// as they stand in `score`. `locked` tracks are refused. Throws Error (kInvalidArgument).
Score edited(const Score& score, const Json& changes, const std::vector<Channel>& mixer);
/// "2 notes moved", for the tree of takes.
std::string edit_in_words(const Json& changes);

/// Throws an Error of a value that cannot be (kInvalidArgument).
[[noreturn]] void refuse(const std::string& message, const char* about, const std::string& hint = {});

/// Limits that every number of a request must keep. Throws Error (kInvalidArgument; `about`: the name).
std::int64_t whole_of(const Json& object, const char* name, std::int64_t low, std::int64_t high);
std::int64_t whole_of(const Json& object, const char* name, std::int64_t low, std::int64_t high,
                      std::int64_t otherwise);
double number_of(const Json& object, const char* name, double low, double high);
bool flag_of(const Json& object, const char* name, bool otherwise);
std::string word_of(const Json& object, const char* name);

}  // namespace continuo::studio
