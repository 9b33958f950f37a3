namespace pertscale {}
