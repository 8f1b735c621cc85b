"""The store on DynamoDB: keys, items, requests."""
