// What the parts of a page share.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "continuo/page/page.h"

namespace continuo::page {

/// "data:TYPE;base64,...", RFC 2397.
std::string data_address(const Media& media);

/// The drawing as it stands within HTML: without declarations, its ids begun with `prefix`, named by `alt`. Throws
/// Error for what is no drawing.
std::string inline_svg(const Media& drawing, const std::string& prefix, std::string_view alt);

/// The sheet of every page.
std::string_view style() noexcept;

}  // namespace continuo::page
