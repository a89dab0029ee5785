// What the registry knows of each representation: one line there, one factory and its defaults here.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "continuo/representation/representation.h"

namespace continuo::representation {

std::vector<Setting> remi_settings();
std::unique_ptr<Representation> make_remi(const RepresentationSpec& spec);

}  // namespace continuo::representation
