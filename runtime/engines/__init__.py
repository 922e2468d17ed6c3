"""What differs between the engines that we load into and publish on."""
