// Aliases, spellings, and the label that a name means.
#include "continuo/representation/labels.h"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <set>

#include "composer_names.h"
#include "continuo/base/error.h"
#include "representation/person_name.h"

namespace continuo::representation {

/// An alias with what it is compared by.
struct ParsedAlias {
  NameAlias alias;
  std::string key, name_key;
  PersonName person;
};

namespace {

std::vector<NameAlias> parse_aliases(std::string_view text) {
  std::vector<NameAlias> aliases;
  text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);  // names of the columns
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t first = line.find(','), second = line.find(',', first + 1);
    if (second == std::string_view::npos) continue;
    aliases.push_back({std::string(line.substr(0, first)), std::string(line.substr(first + 1, second - first - 1)),
                       std::string(line.substr(second + 1))});
  }
  return aliases;
}

std::vector<ParsedAlias> parsed(std::span<const NameAlias> aliases) {
  std::vector<ParsedAlias> out;
  for (const NameAlias& alias : aliases)
    out.push_back({alias, label_key(alias.alias), label_key(alias.name), parse_name(alias.alias)});
  return out;
}

const std::vector<ParsedAlias>& known() {
  static const std::vector<ParsedAlias> kKnown = parsed(known_aliases());
  return kKnown;
}

std::string trimmed_label(std::string_view text) {
  constexpr std::string_view kAround = " \t\r\n[](){}\"?*";
  const std::size_t begin = text.find_first_not_of(kAround);
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(kAround) - begin + 1));
}

bool contains_folded(std::string_view path, std::string_view part) {
  const auto equal = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
  return std::search(path.begin(), path.end(), part.begin(), part.end(), equal) != path.end();
}

/// What the aliases make of a name: first word for word, then as a person's.
std::optional<std::string> alias_of(std::span<const ParsedAlias> aliases, const std::string& label,
                                    std::string_view path) {
  const std::string key = label_key(label);
  for (const auto& [alias, alias_key, name_key, person] : aliases)
    if (alias_key == key && (alias.where.empty() || contains_folded(path, alias.where))) return alias.name;
  const PersonName asked = parse_name(label);
  if (asked.given.empty() || asked.surname.empty()) return {};
  std::set<std::string> names;
  for (const auto& [alias, alias_key, name_key, person] : aliases)
    if (alias.where.empty() && same_person(person, asked)) names.insert(alias.name);
  if (names.size() == 1) return *names.begin();
  return {};
}

bool equal_but_for_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// Whether the surname and given names in `asked` can be those of `label`.
bool may_mean(const std::string& label, const PersonName& asked) {
  if (asked.surname.empty()) return false;
  const PersonName own = parse_name(label);
  const std::string key = label_key(label);
  bool others = false;  // the aliases say whose label it is
  for (const auto& [alias, alias_key, name_key, person] : known()) {
    if (!alias.where.empty() || name_key != key) continue;
    if (person.given.empty() || person.surname != asked.surname) continue;
    if (given_names_agree(person, asked)) return true;
    others = true;
  }
  if (own.surname != asked.surname) return false;
  if (own.given.empty()) return asked.given.empty() || !others;
  return asked.given.empty() || same_person(own, asked);
}

/// Labels from 1 on that `name` may mean, best reason alone: one where it is sure.
std::vector<std::size_t> meant(std::span<const std::string> labels, std::string_view name) {
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (equal_but_for_case(labels[i], name)) return {i};
  std::vector<std::size_t> found;
  const std::string key = label_key(name);
  if (key.empty()) return found;
  for (std::size_t i = 1; i < labels.size(); ++i)
    if (label_key(labels[i]) == key) found.push_back(i);
  if (!found.empty()) return found;
  const LabelNames names;
  const std::string person = label_key(names.resolved(name));
  for (std::size_t i = 1; i < labels.size(); ++i) {
    if (label_key(labels[i]) == person) return {i};
    if (label_key(names.resolved(labels[i])) == person) found.push_back(i);
  }
  if (!found.empty()) return {found.front()};  // all of them mean this one person
  const PersonName asked = parse_name(name);
  for (std::size_t i = 1; i < labels.size(); ++i)
    if (may_mean(labels[i], asked)) found.push_back(i);
  return found;
}

/// Insertions, deletions and replacements of letters from one to the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

std::string nearest(std::span<const std::string> labels, std::string_view name) {
  constexpr std::size_t kNearest = 3;
  std::vector<std::pair<std::size_t, std::size_t>> order;  // distance, index
  const std::string key = label_key(name), surname = parse_name(name).surname;
  for (std::size_t i = 1; i < labels.size(); ++i) {
    const std::string other = label_key(labels[i]);
    order.emplace_back(std::min(edit_distance(key, other), edit_distance(surname, other)), i);
  }
  std::sort(order.begin(), order.end());
  std::string text;
  for (std::size_t i = 0; i < std::min(kNearest, order.size()); ++i)
    text += (i == 0 ? "" : ", ") + labels[order[i].second];
  return text;
}

std::string list_of(std::span<const std::string> labels, const std::vector<std::size_t>& indices) {
  std::string text;
  for (const std::size_t index : indices) text += (text.empty() ? "" : ", ") + labels[index];
  return text;
}

}  // namespace

std::span<const NameAlias> known_aliases() {
  static const std::vector<NameAlias> kAliases = parse_aliases(kComposerNames);
  return kAliases;
}

LabelNames::LabelNames(const std::vector<NameAlias>& own)
    : own_(std::make_shared<const std::vector<ParsedAlias>>(parsed(own))) {}

std::string LabelNames::resolved(std::string_view text, std::string_view path) const {
  std::string label = trimmed_label(text);
  if (label.empty()) return label;
  if (auto name = alias_of(*own_, label, path)) return *name;
  if (auto name = alias_of(known(), label, path)) return *name;
  return label;
}

std::map<std::string, std::string> joined_spellings(const std::map<std::string, std::size_t>& counts) {
  struct Spelling {
    std::string text, key;
    std::size_t pieces;
    PersonName person;
    std::size_t letters;  ///< of the given names: those that say most come first
  };
  std::vector<Spelling> spellings;
  for (const auto& [text, pieces] : counts) {
    Spelling one{text, label_key(text), pieces, parse_name(text), 0};
    for (const auto& given : one.person.given) one.letters += given.letters.size();
    spellings.push_back(std::move(one));
  }
  std::stable_sort(spellings.begin(), spellings.end(),
                   [](const Spelling& a, const Spelling& b) { return a.letters > b.letters; });
  std::vector<std::vector<const Spelling*>> groups;
  for (const Spelling& one : spellings) {
    std::vector<std::size_t> fitting;
    for (std::size_t g = 0; g < groups.size(); ++g) {
      const Spelling& first = *groups[g].front();
      const bool named = !one.person.surname.empty() && same_person(first.person, one.person);
      if (first.key == one.key || named) fitting.push_back(g);
    }
    if (fitting.size() == 1) {
      groups[fitting[0]].push_back(&one);
    } else {
      groups.push_back({&one});
    }
  }
  const auto has_accents = [](const std::string& text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  };
  std::map<std::string, std::string> joined;
  for (const auto& group : groups) {
    const Spelling* best = group.front();
    for (const Spelling* one : group) {
      const auto rank = [&](const Spelling* s) { return std::pair(s->pieces, has_accents(s->text)); };
      if (rank(one) > rank(best) || (rank(one) == rank(best) && one->text < best->text)) best = one;
    }
    for (const Spelling* one : group) joined[one->text] = best->text;
  }
  return joined;
}

std::optional<std::size_t> match_label(std::span<const std::string> labels, std::string_view name) {
  const auto found = meant(labels, name);
  if (found.size() != 1) return {};
  return found.front();
}

std::size_t find_label(std::span<const std::string> labels, std::string_view name) {
  const auto found = meant(labels, name);
  if (found.size() == 1) return found.front();
  const std::string asked(name);
  if (labels.size() < 2) {
    throw Error({.message = "this model has no styles, so '" + asked + "' cannot be asked of it",
                 .hint = "Train one on a collection with labels, or leave the style out.",
                 .code = ErrorCode::kUnsupported,
                 .about = asked});
  }
  if (!found.empty()) {
    throw Error({.message = "the style '" + asked + "' can mean several of this model's",
                 .hint = "Name one of them: " + list_of(labels, found) + ".",
                 .code = ErrorCode::kInvalidArgument,
                 .about = asked});
  }
  throw Error({.message = "this model knows no style '" + asked + "'",
               .hint = "The nearest of its " + std::to_string(labels.size() - 1) + ": " + nearest(labels, name) + ".",
               .code = ErrorCode::kNotFound,
               .about = asked});
}

}  // namespace continuo::representation
