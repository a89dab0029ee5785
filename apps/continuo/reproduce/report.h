// The page of the reproduction.
#pragma once

#include <filesystem>

#include "experiment.h"
#include "figures.h"

namespace continuo::app::reproduce {

/// Writes settings.output / "index.html". `command` is how it was called, `minutes` what this call took.
std::filesystem::path write_report(const Settings& settings, const Findings& findings, const Figures& figures,
                                   const std::string& command, double minutes);

/// The losses as a table of text, for the terminal.
std::string losses_as_text(const Findings& findings);

}  // namespace continuo::app::reproduce
