// The command that does what a steered work did.
#pragma once

#include <string>

#include "continuo/steering/steer.h"
#include "studio/works.h"

namespace continuo::studio {

struct SteeredCommand {
  std::string name;                ///< "infill"
  std::filesystem::path piece;     ///< the file that it reads; empty: none
  std::vector<std::string> words;  ///< what else is said, as words of a shell before they are quoted
};

/// The same bytes for the same model. `settings`: those of the sampling, as they were asked for.
std::string command_of(const SteeredCommand& command, const steering::Request& request, const Json& settings,
                       const StudioModel& model);

/// As one word of a POSIX shell.
std::string shell_word(const std::string& text);

}  // namespace continuo::studio
