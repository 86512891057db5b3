"""Ways into the desk: one adapter per channel; they read what comes and call verbs."""
