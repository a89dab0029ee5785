// The page of the reproduction.
#pragma once

#include <filesystem>

#include "continuo/workbench/reproduce/experiment.h"
#include "continuo/workbench/reproduce/figures.h"

namespace continuo::workbench::reproduce {

/// Writes settings.output / "index.html". `command` is how it was called, `minutes` what this call took.
std::filesystem::path write_report(const Settings& settings, const Findings& findings, const Figures& figures,
                                   const std::string& command, double minutes);

/// The losses as a table of text, for the terminal.
std::string losses_as_text(const Findings& findings);

}  // namespace continuo::workbench::reproduce
