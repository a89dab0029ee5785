// One pass over the bytes.
#include "corpus/csv.h"

#include <algorithm>

#include "continuo/base/error.h"

namespace continuo::corpus {

std::vector<std::vector<std::string>> parse_csv(std::string_view text) {
  std::size_t at = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row;

  const auto quoted_field = [&] {
    const std::size_t opening = at++;
    std::string field;
    while (true) {
      const std::size_t quote = text.find('"', at);
      if (quote == std::string_view::npos)
        throw Error({.message = "a quoted field is never closed",
                     .offset = opening,
                     .hint = "Close it with a quotation mark; one inside a field is written twice.",
                     .code = ErrorCode::kDamaged});
      field += text.substr(at, quote - at);
      at = quote + 1;
      if (at >= text.size() || text[at] != '"') return field;
      field += '"';
      ++at;
    }
  };

  while (at < text.size()) {
    std::string field;
    if (text[at] == '"') field = quoted_field();
    const std::size_t end = std::min(text.find_first_of(",\r\n", at), text.size());
    field += text.substr(at, end - at);
    at = end;
    const bool separator = at < text.size() && text[at] == ',';
    const bool alone = row.empty() && field.empty() && !separator;
    if (!alone) row.push_back(std::move(field));
    if (separator) {
      if (++at == text.size()) row.emplace_back();
    } else {
      if (text.substr(at, 2) == "\r\n") ++at;
      if (at < text.size()) ++at;
    }
    if (!separator || at == text.size()) {
      if (!row.empty()) rows.push_back(std::move(row));
      row.clear();
    }
  }
  return rows;
}

}  // namespace continuo::corpus
