// The files of the page, which the build puts into the program.
#pragma once

#include <span>
#include <string_view>

namespace continuo::studio {

struct PageFile {
  std::string_view name;  ///< "index.html"
  std::string_view bytes;
};
std::span<const PageFile> page_files() noexcept;

}  // namespace continuo::studio
