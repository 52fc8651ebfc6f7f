"""Documents that leave the house (文书): content in, PDF out, and the content back out of the PDF."""
