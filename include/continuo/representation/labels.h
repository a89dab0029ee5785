// Labels: names of composers and styles as people write them, and which of a model's labels is meant.
//
// Names of people are compared by surname and given names: "J. S. Bach", "Bach, Johann Sebastian" and "JS Bach" agree,
// "C. P. E. Bach" does not; accents, case and German ae, oe, ue make no difference. docs/collections.md has the rules.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace continuo::representation {

/// One more way to write a name.
struct NameAlias {
  std::string alias;
  std::string name;   ///< what it becomes
  std::string where;  ///< if not empty, only for files whose path contains this, in any case of letters
};

struct ParsedAlias;

/// Those that come with Continuo (data/composer-names.csv).
std::span<const NameAlias> known_aliases();

/// Makes one name of those that mean the same.
class LabelNames {
 public:
  /// `own` come before known_aliases().
  explicit LabelNames(const std::vector<NameAlias>& own = {});

  /// What an alias makes of `label`, for a file at `path`; the label without surrounding space and brackets where none
  /// fits, or where aliases of several people do ("J. Strauss").
  std::string resolved(std::string_view label, std::string_view path = {}) const;

 private:
  std::shared_ptr<const std::vector<ParsedAlias>> own_;
};

/// Spellings of one name among resolved labels, by how many pieces have each: from each to the one that most have (of
/// equally many the one with accents, then the first by its bytes). Only names that surely agree are joined: "J. Doe"
/// stays for itself beside "John Doe" and "James Doe", and a surname alone never joins one with given names.
std::map<std::string, std::string> joined_spellings(const std::map<std::string, std::size_t>& counts);

/// The index of the label that `name` means: itself in any case of letters; without accents; by aliases; by surname and
/// given names, where "Bach" is whom the aliases call so. Where several labels mean one person, the one that is spelled
/// as the alias says; each of them is found by its own spelling. Empty where none or several people are meant.
std::optional<std::size_t> match_label(std::span<const std::string> labels, std::string_view name);

/// The same; throws Error with the labels that may be meant, or the nearest ones.
std::size_t find_label(std::span<const std::string> labels, std::string_view name);

}  // namespace continuo::representation
