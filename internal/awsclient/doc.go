// Package awsclient is what the drivers for services of AWS, and for what is
// like them, have in common: where the configuration and the credentials come
// from, which endpoints and certificates are trusted, and what errors say.
package awsclient
