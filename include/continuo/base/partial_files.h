// What interrupted writing leaves behind.
#pragma once

#include <filesystem>

namespace continuo {

/// Removes what AtomicFiles of processes that are gone (killed) have left in `folder`. Does not throw.
void remove_partial_files(const std::filesystem::path& folder) noexcept;

}  // namespace continuo
