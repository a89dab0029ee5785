// What a command is to write, checked before it does any work.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

namespace continuo {

/// Throws Error where one of `outputs` cannot be written, as ensure_writable() does, and (kWouldOverwrite) where it is
/// a file that is also one of `inputs`, by whatever name, or that is there already and lies below a folder of `inputs`.
/// There only pictures, pages and tables are replaced (.png, .svg, .html, .csv), which are not read from folders, but
/// not a MANIFEST.csv, which is. Empty paths are passed over. Changes nothing.
void check_outputs(std::span<const std::filesystem::path> outputs, std::span<const std::filesystem::path> inputs);
inline void check_outputs(const std::vector<std::filesystem::path>& outputs,
                          const std::vector<std::filesystem::path>& inputs) {
  check_outputs(std::span(outputs), std::span(inputs));
}

}  // namespace continuo
