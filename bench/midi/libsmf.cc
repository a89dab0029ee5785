// Loading with libsmf, its messages to the terminal switched off.
#include "libsmf.h"

#include <glib.h>
#include <smf.h>

namespace continuo::bench {

std::size_t load_with_libsmf(std::span<const std::uint8_t> bytes) {
  static const bool silenced = [] {
    g_log_set_default_handler([](const gchar*, GLogLevelFlags, const gchar*, gpointer) {}, nullptr);
    return true;
  }();
  (void)silenced;
  smf_t* const smf = smf_load_from_memory(bytes.data(), static_cast<int>(bytes.size()));
  if (smf == nullptr) return 0;
  std::size_t events = 0;
  for (int i = 1; i <= smf->number_of_tracks; ++i) {
    events += static_cast<std::size_t>(smf_get_track_by_number(smf, i)->number_of_events);
  }
  smf_delete(smf);
  return events;
}

}  // namespace continuo::bench
